/** What roles may ask others over the network, as soc.yaml has it: look-ups of our own, and servers of tools over MCP. */
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { foreignTools, type ForeignTools } from "../src/seams/tools.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { toolsAnnouncer } from "./tools-announcer.ts";

interface Deps {
  readonly bus: Pick<Bus, "read" | "publish">;
  readonly diagnostics: Diagnostics;
  readonly open: Closers;
  /** Only what this role may use. Default: all. */
  readonly role?: string;
  /** Where the variables come from that a server is given. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Resolves when each server has been tried once: one that is down delays the start by its `startSeconds` at most. */
export async function openForeignTools(
  config: Pick<Config, "falcon" | "dataDir">,
  soc: Pick<SocFile, "lookups" | "mcp">,
  deps: Deps,
): Promise<{ readonly foreign?: ForeignTools }> {
  const { diagnostics, role } = deps;
  const all: ForeignTools[] = [];
  if (Object.keys(soc.lookups).some((each) => role === undefined || each === role)) {
    const { openLookups } = await import("./lookups.ts");
    all.push(openLookups(config, soc, { diagnostics, ...(role === undefined ? {} : { role }) }));
  }
  all.push(...(await toolServers(soc, deps)));
  return all.length === 0 ? {} : { foreign: foreignTools(all) };
}

async function toolServers(
  { mcp }: Pick<SocFile, "mcp">,
  { bus, diagnostics, open, role, env = process.env }: Deps,
): Promise<ForeignTools[]> {
  const servers = Object.fromEntries(
    Object.entries(mcp.servers).filter(([, { roles }]) => role === undefined || Object.hasOwn(roles, role)),
  );
  if (Object.keys(servers).length === 0) return [];
  const { openMcp } = await import("../vendors/mcp.ts");
  const ending = new AbortController();
  const announce = toolsAnnouncer(bus, { diagnostics, signal: ending.signal });
  const tools = await openMcp({ servers, env, diagnostics, announce });
  open.add(() => {
    ending.abort();
    return tools.close();
  });
  return [tools];
}
