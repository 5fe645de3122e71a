import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock, type Clock } from "../../src/clock.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { busConformance } from "./conformance.ts";
import type { Harness, StartOptions, SuiteBus } from "./conformance/harness.ts";

/** The log's time is the host's, except while something is said in the past. */
function movableClock(): Clock & { past: number | undefined } {
  return {
    past: undefined,
    now() {
      return this.past ?? systemClock.now();
    },
  };
}

function memoryHarness(): Harness {
  const clock = movableClock();
  const buses: LocalBus[] = [];
  return {
    start: (options) => {
      const bus = new LocalBus({ clock, ...options });
      buses.push(bus);
      return bus;
    },
    publishAt: (bus, ms, event) => publishAt(clock, { bus, ms, event }),
    end: () => endAll(buses),
  };
}

function fileHarness(): Harness {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-bus-"));
  const clock = movableClock();
  const buses: LocalBus[] = [];
  let lives = 0;
  const file = (): string => join(folder, `life-${lives}.db`);
  const behind = (work: (database: DatabaseSync) => void): Promise<void> => {
    const database = new DatabaseSync(file(), { timeout: 5_000 });
    work(database);
    database.close();
    return Promise.resolve();
  };
  return {
    start: (options: StartOptions): SuiteBus => {
      const bus = new LocalBus({ file: file(), clock, ...options });
      buses.push(bus);
      return bus;
    },
    publishAt: (bus, ms, event) => publishAt(clock, { bus, ms, event }),
    // What the operating system has of the files at this moment is what a killed process leaves; the old bus goes
    // on with files nobody looks at any more.
    crash: () => {
      const from = file();
      lives += 1;
      for (const dead of buses.splice(0)) void dead.close();
      for (const part of ["", "-wal"]) if (existsSync(from + part)) copyFileSync(from + part, file() + part);
      return Promise.resolve();
    },
    inject: ({ type, subject, text }) =>
      behind((database) => {
        const sql = `INSERT INTO log (ms, seq, id, type, subject, text)
          SELECT coalesce(max(ms), 1) + 1, 0, 'injected-' || count(*), ?, ?, ? FROM log`;
        database.prepare(sql).run(type, subject, text);
      }),
    vanish: (group) =>
      behind((database) => {
        database.prepare("DELETE FROM groups WHERE grp = ?").run(group);
      }),
    end: async () => {
      await endAll(buses);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function publishAt(
  clock: { past: number | undefined },
  { bus, ms, event }: { bus: SuiteBus; ms: number; event: Parameters<SuiteBus["publish"]>[0][number] },
): Promise<void> {
  clock.past = ms;
  await bus.publish([event]);
  clock.past = undefined;
}

async function endAll(buses: readonly LocalBus[]): Promise<void> {
  await Promise.all(buses.map((bus) => bus.close()));
}

busConformance("SQLite in memory", memoryHarness, {
  noCrash: "a log in memory dies with its process",
  noBackDoor: "a log in memory has no other door",
});
busConformance("a SQLite file", fileHarness);
