/** What `bindTools` of our own models keeps: which tools a turn was bound to. */
import type { BaseChatModelCallOptions, BindToolsInput } from "@langchain/core/language_models/chat_models";
import { z } from "zod";

export interface BoundOptions extends BaseChatModelCallOptions {
  readonly tools?: readonly BindToolsInput[];
}

const Named = z.union([
  z.object({ name: z.string() }).transform(({ name }) => name),
  z.object({ function: z.object({ name: z.string() }) }).transform((tool) => tool.function.name),
]);

const none: readonly BindToolsInput[] = [];
/** Bound once, asked each turn. */
const known = new WeakMap<readonly BindToolsInput[], readonly string[]>();

export function boundNames({
  tools = none,
}: {
  readonly tools?: readonly BindToolsInput[];
}): readonly string[] {
  const names = known.get(tools) ?? tools.map((tool) => Named.parse(tool));
  known.set(tools, names);
  return names;
}
