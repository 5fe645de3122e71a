/** What a run has of tools that others keep: their names beside the role's own, their makers' words as data. */
import type { EventData } from "../events/catalogue.ts";
import type { ForeignTool } from "../seams/tools.ts";
import type { Hat } from "./hat.ts";

export const noForeign: readonly ForeignTool[] = [];

/** The hat with these tools in hand: its prompt and what the prompt's version says follow from it. */
export function armed(hat: Hat, foreign: readonly ForeignTool[]): Hat {
  return foreign.length === 0
    ? hat
    : { ...hat, tools: [...hat.tools, ...foreign.map(({ tool }) => tool.name)] };
}

/** What the makers say, for one fence; undefined when nobody says anything. */
export function notesOf(foreign: readonly ForeignTool[]): string | undefined {
  const said = foreign.filter(({ says }) => says !== "");
  if (said.length === 0) return undefined;
  return said.map(({ tool, says }) => `${tool.name}: ${says}`).join("\n\n");
}

type Servers = NonNullable<EventData<"role.worked">["servers"]>;

/** Whose tools a run had, for its trace: nothing is said when it had none. */
export function serversOf(foreign: readonly ForeignTool[]): { readonly servers?: Servers } {
  const versions = new Map(foreign.map(({ server, version }) => [server, version]));
  if (versions.size === 0) return {};
  return { servers: [...versions].map(([server, version]) => ({ server, version })) };
}
