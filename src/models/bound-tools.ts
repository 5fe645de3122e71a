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

export function boundNames(options: { readonly tools?: readonly BindToolsInput[] }): string[] {
  return (options.tools ?? []).map((tool) => Named.parse(tool));
}
