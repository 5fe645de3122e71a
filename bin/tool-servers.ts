/** The servers of others' tools that soc.yaml names, and what they offer on the log. Imported only where there are any. */
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import type { ForeignTools } from "../src/seams/tools.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { Closers } from "./closers.ts";
import { toolsAnnouncer } from "./tools-announcer.ts";

export interface ToolServerDeps {
  readonly bus: Pick<Bus, "read" | "publish">;
  readonly diagnostics: Diagnostics;
  readonly open: Closers;
  /** Only servers that this role may use anything of. Default: all. */
  readonly role?: string;
  /** Where the variables come from that a server is given. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Resolves when each has been tried once: one that is down delays the start by its `startSeconds` at most. */
export async function openToolServers(
  { mcp }: Pick<SocFile, "mcp">,
  { bus, diagnostics, open, role, env = process.env }: ToolServerDeps,
): Promise<{ readonly foreign?: ForeignTools }> {
  const servers = Object.fromEntries(
    Object.entries(mcp.servers).filter(([, { roles }]) => role === undefined || Object.hasOwn(roles, role)),
  );
  if (Object.keys(servers).length === 0) return {};
  const { openMcp } = await import("../vendors/mcp.ts");
  const ending = new AbortController();
  const announce = toolsAnnouncer(bus, { diagnostics, signal: ending.signal });
  const tools = await openMcp({ servers, env, diagnostics, announce });
  open.add(() => {
    ending.abort();
    return tools.close();
  });
  return { foreign: tools };
}
