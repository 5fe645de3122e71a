import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import { HatrackError } from "../../src/errors.ts";

const Attack = z.object({
  header: z.object({ date: z.string() }),
  techniques: z.record(
    z.string(),
    z.object({ name: z.string(), tactics: z.array(z.string()), description: z.string() }),
  ),
  groups: z.record(
    z.string(),
    z.object({ name: z.string(), aliases: z.array(z.string()), techniques: z.array(z.string()) }),
  ),
});
type Attack = z.infer<typeof Attack>;

/** Groups named for one technique: a common one is used by a hundred, which says nothing. */
const maxGroups = 15;

/**
 * A technique of MITRE ATT&CK by id or name.
 * @throws HatrackError `reference_invalid` when the list has another shape
 */
export function attackTechnique(data: unknown): StructuredToolInterface {
  const parsed = Attack.safeParse(data);
  if (!parsed.success) {
    throw new HatrackError("reference_invalid", `attack.json: ${parsed.error.message}`, {
      cause: parsed.error,
    });
  }
  return defineTool({
    name: "attack_technique",
    description:
      "Look up a MITRE ATT&CK technique by id (T1059.001) or by its name: tactics, description, and groups known to use it. How many groups use it is evidence of nothing by itself.",
    input: z.object({ technique: z.string().min(3).max(120).describe('"T1059.001" or "PowerShell"') }),
    maxBytes: 8_000,
    run: ({ technique }) => {
      const id = findId(parsed.data, technique.trim());
      const entry = id === undefined ? undefined : parsed.data.techniques[id];
      if (id === undefined || entry === undefined) {
        const message = `no technique "${technique}" in ATT&CK of ${parsed.data.header.date}`;
        return Promise.reject(new ToolError("not_found", message));
      }
      return Promise.resolve({ id, ...entry, ...groupsUsing(parsed.data, id) });
    },
  });
}

function findId({ techniques }: Attack, asked: string): string | undefined {
  const id = asked.toUpperCase();
  if (Object.hasOwn(techniques, id)) return id;
  const name = asked.toLowerCase();
  return Object.entries(techniques).find(([, each]) => each.name.toLowerCase() === name)?.[0];
}

function groupsUsing({ groups }: Attack, id: string): { usedBy: number; groups: string[] } {
  const using = Object.values(groups).filter((group) => group.techniques.includes(id));
  return { usedBy: using.length, groups: using.slice(0, maxGroups).map((group) => group.name) };
}
