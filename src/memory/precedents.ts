/** Which runs are shown precedent, and the precedent they are shown, from a memory that all hats of a process share. */
import { comparePositions, type Bus, type Position } from "../bus/bus.ts";
import { sha256 } from "../events/canonical.ts";
import { emptyCase, evolveCase, type CaseFile } from "./case-file.ts";
import { CaseMemory, type MemoryOptions } from "./case-memory.ts";
import { precedentOf, type Precedent } from "./precedent.ts";

/** `ab`: each case by its hash, so that a case has one arm in all its runs. */
export type RecallMode = "on" | "off" | "ab";
export type RecallArm = "on" | "off";

/** What a run was shown. */
export interface Shown {
  readonly arm: RecallArm;
  readonly precedent: readonly Precedent[];
  /** Partition → where the memory stood. */
  readonly positions: ReadonlyMap<number, Position>;
}

/** The entry a run is for. */
export interface Asking {
  readonly caseId: string;
  readonly partition: number;
  readonly position: Position;
}

const shownCases = 5;
const nothing: Shown = { arm: "off", precedent: [], positions: new Map() };

export function armOf(mode: RecallMode, caseId: string): RecallArm {
  if (mode !== "ab") return mode;
  return Number.parseInt(sha256(`recall ${caseId}`).slice(0, 8), 16) % 2 === 0 ? "on" : "off";
}

export class Precedents {
  readonly #bus: Bus;
  readonly #mode: RecallMode;
  readonly #options: MemoryOptions;
  #memory: Promise<CaseMemory> | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(bus: Bus, mode: RecallMode, options: MemoryOptions = {}) {
    this.#bus = bus;
    this.#mode = mode;
    this.#options = options;
  }

  /** Waits until the memory has folded past the entry, so that what was said before it is known. */
  async for(asking: Asking): Promise<Shown> {
    if (armOf(this.#mode, asking.caseId) === "off") return nothing;
    const memory = await this.#past(asking);
    const positions = new Map(memory.positions);
    if (!memory.state.cases.has(asking.caseId)) return { arm: "on", precedent: [], positions };
    const { cases } = memory.recallSimilar(asking.caseId, { limit: shownCases });
    const files = await Promise.all(cases.map(({ caseId }) => this.#file(caseId)));
    const precedent = cases.map((recalled, i) =>
      precedentOf(recalled, files[i] ?? emptyCase(recalled.caseId)),
    );
    return { arm: "on", precedent, positions };
  }

  async #past({ partition, position }: Asking): Promise<CaseMemory> {
    this.#memory ??= this.#first();
    const memory = await this.#memory;
    const stood = memory.positions.get(partition);
    if (stood !== undefined && comparePositions(stood, position) >= 0) return memory;
    // One reading at a time: whoever comes while one is under way waits for the next.
    const next = this.#reading.then(() => memory.catchUp());
    this.#reading = next.catch(() => undefined);
    await next;
    return memory;
  }

  /** A log that could not be read is tried again by the next run. */
  #first(): Promise<CaseMemory> {
    const memory = CaseMemory.project(this.#bus, this.#options);
    memory.catch(() => {
      if (this.#memory === memory) this.#memory = undefined;
    });
    return memory;
  }

  async #file(caseId: string): Promise<CaseFile> {
    let file = emptyCase(caseId);
    for await (const { event } of this.#bus.read({ subject: caseId })) file = evolveCase(file, event);
    return file;
  }
}
