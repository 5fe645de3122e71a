/** A role's loops: one for each model and for what others' tools there are; made when they are first needed. */
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { ForeignTool } from "../seams/tools.ts";
import { armed, notesOf } from "./foreign.ts";
import type { Hat } from "./hat.ts";
import type { Loop } from "./loop.ts";
import { promptVersion } from "./prompt.ts";
import type { RoleDeps, RoleModel } from "./role.ts";

interface Made {
  readonly loop: Loop;
  /** Of the prompt: as `role.worked` carries it. */
  readonly version: string;
}

interface Kept {
  readonly foreign: readonly ForeignTool[];
  readonly made: Promise<Made>;
}

export type Loops = (model: RoleModel, foreign: readonly ForeignTool[]) => Promise<Made>;

/** LangGraph is imported with the first event. What is withdrawn is bound no more from the next run on. */
export function loopsOf(
  hat: Hat,
  { clock, diagnostics, redactor }: Pick<RoleDeps, "clock" | "diagnostics" | "redactor">,
  tools: readonly StructuredToolInterface[],
): Loops {
  const loops = new WeakMap<object, Kept>();
  return (model, foreign) => {
    const kept = loops.get(model.chat);
    if (kept?.foreign === foreign) return kept.made;
    const made = import("./loop.ts").then(({ createLoop }) => {
      const role = armed(hat, foreign);
      const bound = [...tools, ...foreign.map(({ tool }) => tool)];
      const notes = notesOf(foreign);
      const loop = createLoop(role, { model, tools: bound, notes, clock, diagnostics, redactor });
      return { loop, version: promptVersion(role, model.answerBy ?? "submit") };
    });
    loops.set(model.chat, { foreign, made });
    return made;
  };
}

/** A role works with what there is of its tools: somebody else's SOC may have no such look-up. */
export function ownTools(
  hat: Hat,
  { tools, diagnostics }: Pick<RoleDeps, "tools" | "diagnostics">,
): StructuredToolInterface[] {
  const missing = hat.tools.filter((name) => !tools.some((tool) => tool.name === name));
  if (missing.length > 0) {
    const there = tools.map((tool) => tool.name);
    diagnostics.warn(
      { role: hat.name, missing, there },
      `role ${hat.name} works without ${missing.join(", ")}`,
    );
  }
  return hat.tools.flatMap((name) => tools.find((tool) => tool.name === name) ?? []);
}
