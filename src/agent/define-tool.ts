/** A read-only look-up a role may make, as a LangChain tool: checked arguments, a capped result, named errors. */
import { DynamicStructuredTool, type StructuredToolInterface } from "@langchain/core/tools";
import type { z } from "zod";

/** An error a model may read: "not_found", "not_configured". Anything else a tool throws stays in the diagnostics. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

export interface ToolDefinition<Input extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /** Bytes of UTF-8 a result may have before it is cut, and says so. Default 4096. */
  readonly maxBytes?: number;
  /** Looks up and returns JSON; throws ToolError for what the model should know ("no such host"). */
  readonly run: (input: z.output<Input>, options: { readonly signal?: AbortSignal }) => Promise<unknown>;
}

export function defineTool<Input extends z.ZodObject>(
  definition: ToolDefinition<Input>,
): StructuredToolInterface {
  const { name, description, input, run, maxBytes = 4096 } = definition;
  return new DynamicStructuredTool({
    name,
    description,
    schema: input,
    func: async (args: unknown, _manager, config): Promise<string> => {
      const signal = config?.signal;
      const result = await run(input.parse(args), signal === undefined ? {} : { signal });
      return cap(typeof result === "string" ? result : JSON.stringify(result), maxBytes);
    },
  });
}

/** Cuts a text at `maxBytes` of UTF-8, never inside a character, and says how much is missing. */
export function cap(text: string, maxBytes: number): string {
  // No character of a string takes more than three.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const kept = new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
  const missing = (text.length - kept.length).toLocaleString("en-GB");
  return `${kept}… ${missing} more characters`;
}
