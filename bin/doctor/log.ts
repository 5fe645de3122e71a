/** The local log and the folder it lies in. Looks only: what is not there yet is not made. */
import { constants, existsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Bus } from "../../src/bus/bus.ts";
import { LocalDatabase } from "../../src/bus/local/local-database.ts";
import { isWrittenTo } from "../../src/bus/local/writer-lock.ts";
import { examine, type Check } from "../../src/check.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { Config } from "../config.ts";
import { readControl } from "../control-client.ts";
import { localLog, openBus } from "../open-bus.ts";

export async function* checkLocalLog(config: Config): AsyncGenerator<Check> {
  const folder = await checkFolder(config);
  yield folder;
  if (folder.status !== "ok") return;
  const file = localLog(config);
  if (!existsSync(file)) {
    yield { name: "log", status: "ok", found: "none yet; the first start makes it" };
    return;
  }
  const whole = checkWhole(file);
  yield whole;
  if (whole.status !== "ok") return;
  yield* checkWriter(config, file);
  yield* checkDead(config);
}

function checkFolder({ dataDir }: Config): Promise<Check> {
  const fix = `Make ${dataDir} a folder this user can write to, or name another with HATRACK_DIR.`;
  return examine("data folder", fix, async () => {
    const there = existsSync(dataDir);
    const nearest = there ? dataDir : nearestThere(dataDir);
    if (!(await stat(nearest)).isDirectory())
      throw new HatrackError("not_a_folder", `${nearest} is not a folder`);
    await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
    return there ? dataDir : `${dataDir}: not there yet; the first start makes it`;
  });
}

function nearestThere(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestThere(dirname(path));
}

const aside = (file: string): string =>
  `Stop hatrack, move ${file} (with its -wal and -shm) aside, and restore it from a copy or start again without it.`;

function checkWhole(file: string): Check {
  try {
    const database = new LocalDatabase({ file, readOnly: true });
    try {
      const said = String(database.statement("PRAGMA quick_check(1)").get()?.["quick_check"]);
      if (said !== "ok") return { name: "log", status: "fail", found: `${file}: ${said}`, fix: aside(file) };
      const { n } = { n: 0, ...database.statement("SELECT count(*) AS n FROM log").get() };
      return { name: "log", status: "ok", found: `${file}: ${n} events, whole` };
    } finally {
      database.close();
    }
  } catch (error) {
    const newer = error instanceof HatrackError && error.code === "log_newer";
    const fix = newer ? "Run the hatrack that wrote it, or a newer one." : aside(file);
    return { name: "log", status: "fail", found: reasonOf(error), fix };
  }
}

async function* checkWriter(config: Config, file: string): AsyncGenerator<Check> {
  if (!isWrittenTo(file)) return;
  const name = "log writer";
  const running = await readControl(config.dataDir);
  if (running !== undefined) {
    yield { name, status: "ok", found: `hatrack start runs here (process ${running.pid})` };
    return;
  }
  const fix =
    "The local log has one writer: until that process ends, no other start or role can use this folder. " +
    "Stop it, name another folder with HATRACK_DIR, or use REDIS_URL, which any number of processes can share.";
  yield { name, status: "warn", found: `another process writes to ${file}`, fix };
}

async function* checkDead(config: Config): AsyncGenerator<Check> {
  const bus: Bus = await openBus(config, "readOnly");
  const groups = await bus.groups().finally(() => bus.close());
  const dead = groups.reduce((sum, group) => sum + group.dead, 0);
  if (dead === 0) return;
  const where = groups.filter((group) => group.dead > 0).map((group) => `${group.group} ${group.dead}`);
  const fix = 'See why with "hatrack dead list"; then "hatrack dead redrive GROUP POSITION", or discard.';
  yield { name: "dead letters", status: "warn", found: where.join(", "), fix };
}
