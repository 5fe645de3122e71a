/** Structured output as a forced tool call, which every leg can make; what does not fit the schema is no answer. */
import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from "@langchain/core/language_models/base";
import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import {
  assembleStructuredOutputPipeline,
  createFunctionCallingParser,
} from "@langchain/core/language_models/structured_output";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatGeneration } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import { isSerializableSchema } from "@langchain/core/utils/standard_schema";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { isInteropZodSchema } from "@langchain/core/utils/types";
import { z } from "zod";

/** Whether a reply is an answer to what was asked. */
export type Accepts = (message: BaseMessage) => Promise<boolean>;

/** A zod or standard schema, or JSON schema. */
const AnySchema = z.custom<Record<string, unknown>>((value) => typeof value === "object" && value !== null);
const Named = z.looseObject({ name: z.string() });

interface Binds {
  bindTools(
    tools: BindToolsInput[],
    kwargs: { readonly tool_choice: string; readonly accepts: Accepts },
  ): Runnable<BaseLanguageModelInput>;
}

export function structured(
  model: Binds,
  schema: object,
  { name, includeRaw = false }: StructuredOutputMethodOptions<boolean>,
): Runnable<BaseLanguageModelInput, Record<string, unknown>> {
  const given = AnySchema.parse(schema);
  const typed = isInteropZodSchema(given) || isSerializableSchema(given);
  const tool = name ?? (typed ? undefined : Named.safeParse(given).data?.name) ?? "extract";
  const parser = createFunctionCallingParser(given, tool);
  const parameters: unknown = typed ? toJsonSchema(given) : given;
  const description = "Hands in the answer.";
  const bound = model.bindTools([{ type: "function", function: { name: tool, description, parameters } }], {
    tool_choice: tool,
    accepts: async (message) => {
      if (!AIMessage.isInstance(message)) return false;
      const generation: ChatGeneration = { text: "", message };
      const parsed: unknown = await parser.parseResult([generation]).catch(() => undefined);
      return parsed !== undefined && parsed !== null;
    },
  });
  return assembleStructuredOutputPipeline(bound, parser, includeRaw, "StructuredOutput");
}

const Forced = z.union([
  z.object({ function: z.object({ name: z.string() }) }).transform((choice) => choice.function.name),
  z.string().refine((choice) => !["auto", "none", "any", "required"].includes(choice)),
]);

/** The one tool a call is forced to make, by `tool_choice` in either of its forms. */
export function forcedTool(choice: unknown): string | undefined {
  return Forced.safeParse(choice).data;
}
