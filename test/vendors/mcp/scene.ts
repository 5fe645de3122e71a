/** Servers of tools for a test: scripted processes, timers turned by hand, and what was announced and noted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { z } from "zod";
import { silent, type Diagnostics } from "../../../src/diagnostics.ts";
import { McpServerShape } from "../../../src/mcp-shape.ts";
import type { Timers } from "../../../src/models/failover/timers.ts";
import type { ForeignTool } from "../../../src/seams/tools.ts";
import { openMcp, type Mcp, type ToolsChanged } from "../../../vendors/mcp.ts";

const script = join(import.meta.dirname, "scripted-server.ts");
type Section = Partial<z.input<typeof McpServerShape>>;

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export function atEnd(end: () => Promise<void> | void): void {
  ends.push(end);
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-mcp-"));
  atEnd(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** As soc.yaml would say it. */
export function section(
  behaviour: string,
  folder: string,
  change: Section = {},
): z.output<typeof McpServerShape> {
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", script, behaviour, folder];
  return McpServerShape.parse({ command, roles: { sleuth: ["search"] }, ...change });
}

/** A clock that only a test moves, and timers that only a test rings. */
export class HandTimers implements Timers {
  readonly #set: { readonly ms: number; readonly run: () => void }[] = [];
  #waiting: (() => void) | undefined;
  #now = 1_000_000;

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    this.#set.push({ ms, run });
    this.#waiting?.();
    return () => undefined;
  }

  aside(ms: number, run: () => void): () => void {
    return this.after(ms, run);
  }

  /** The next that is set, once it is: how long it was to wait. */
  async next(): Promise<{ ms: number; ring: () => void }> {
    while (this.#set.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const [first] = this.#set.splice(0, 1);
    const { ms, run } = first ?? { ms: 0, run: () => undefined };
    return {
      ms,
      ring: () => {
        this.#now += ms;
        run();
      },
    };
  }
}

export interface Played {
  readonly mcp: Mcp;
  readonly folder: string;
  readonly timers: HandTimers;
  readonly announced: ToolsChanged[];
  /** Fields and messages of the diagnostics. */
  readonly noted: string[];
  readonly tool: (name?: string) => ForeignTool;
  /** What the tools step would be told: the result, or "code: words" of the error. */
  readonly ask: (args?: object, signal?: AbortSignal) => Promise<string>;
  /** Names of tools that calls reached the server with. */
  readonly calls: () => string[];
  /** The nth announcement, once it is made. */
  readonly announcement: (n: number) => Promise<ToolsChanged>;
}

export interface PlayOptions extends Section {
  /** What the server lists instead of its one tool. */
  readonly tools?: readonly object[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

export async function play(behaviour: string, options: PlayOptions = {}): Promise<Played> {
  const { tools, variables = {}, folder = tempFolder(), ...change } = options;
  if (tools !== undefined) writeFileSync(join(folder, "tools.json"), JSON.stringify(tools));
  return open({ siem: section(behaviour, folder, change) }, { folder, variables });
}

export async function open(
  servers: Readonly<Record<string, z.output<typeof McpServerShape>>>,
  {
    folder,
    variables = {},
  }: { readonly folder: string; readonly variables?: Readonly<Record<string, string>> },
): Promise<Played> {
  const timers = new HandTimers();
  const announced: ToolsChanged[] = [];
  const noted: string[] = [];
  let heard = (): void => undefined;
  const note = (fields: object, message: string): void => {
    noted.push(`${message} ${JSON.stringify(fields)}`);
  };
  const diagnostics: Diagnostics = { ...silent, warn: note, error: note };
  const announce = (changed: ToolsChanged): void => {
    announced.push(changed);
    heard();
  };
  const env = { ...process.env, ...variables };
  const mcp = await openMcp({ servers, env, diagnostics, announce, timers });
  atEnd(() => mcp.close());
  const tool = (name = "siem__search"): ForeignTool => {
    const found = mcp.of("sleuth").find((each) => each.tool.name === name);
    if (found === undefined) throw new Error(`no tool ${name}: ${noted.join("\n")}`);
    return found;
  };
  const bound = mcp.of("sleuth")[0]?.tool;
  return {
    ...{ mcp, folder, timers, announced, noted, tool },
    ask: async (args = { host: "FIN-WS-042" }, signal) => {
      try {
        // As a run that began with it: the tool stays in its hands until it ends.
        return String(await (bound ?? tool().tool).invoke(args, signal === undefined ? {} : { signal }));
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "no code";
        return `${code}: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    calls: () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n"),
    announcement: async (n) => {
      for (;;) {
        const there = announced[n - 1];
        if (there !== undefined) return there;
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}
