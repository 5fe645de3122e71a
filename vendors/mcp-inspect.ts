/** A look at a server of tools: what it offers at this moment, judged. Nothing is called and nothing is left running. */
import { Connection } from "./mcp-connection.ts";
import type { Judged } from "./mcp-listing.ts";
import { demandVariables, type Reached } from "./mcp-transport.ts";

/** @throws HatrackError `mcp_variable_missing`, `mcp_unreachable` */
export async function inspect(
  reached: Reached,
): Promise<{ readonly version: string; readonly judged: readonly Judged[] }> {
  demandVariables(reached);
  const ignored = (): void => undefined;
  const connection = await Connection.open(reached, { closed: ignored, listChanged: ignored });
  try {
    return { judged: await connection.list(), version: connection.version };
  } finally {
    await connection.close();
  }
}
