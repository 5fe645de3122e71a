/** What may never be proposed, whoever would authorise it: the veto under the human. */
import { z } from "zod";
import type { Ask } from "../events/gate-events.ts";
import { ActionVerb } from "../events/vocabulary.ts";

export const Veto = z
  .strictObject({
    verbs: z.array(ActionVerb).min(1).optional(),
    classes: z.array(z.string().min(1).max(64)).min(1).optional(),
    /** Targets by name, as the inventory writes them; "*" stands for any characters. */
    targets: z.array(z.string().min(1).max(512)).min(1).optional(),
    /** Said to whoever asks. */
    why: z.string().min(1).max(500),
  })
  .refine(({ verbs, classes, targets }) => (verbs ?? classes ?? targets) !== undefined, {
    error: 'expected "verbs", "classes" or "targets": a veto of everything is no policy',
  });
export type Veto = z.infer<typeof Veto>;

/** The first veto that covers this; what a veto does not name it does not ask. */
export function vetoOf(
  vetoes: readonly Veto[],
  { verb, target, targetClass }: Pick<Ask, "verb" | "target"> & { readonly targetClass: string },
): Veto | undefined {
  return vetoes.find(
    (veto) =>
      (veto.verbs?.includes(verb) ?? true) &&
      (veto.classes?.includes(targetClass) ?? true) &&
      (veto.targets?.some((pattern) => matches(pattern, target.value)) ?? true),
  );
}

function matches(pattern: string, value: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "is").test(value.trim());
}
