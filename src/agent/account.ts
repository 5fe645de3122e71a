/** What a model's reply says of itself: tokens, and the leg of a failover chain that answered. */
import type { BaseMessage } from "@langchain/core/messages";
import { z } from "zod";

export interface Account {
  readonly tokens: { readonly input: number; readonly output: number };
  /** From `response_metadata`, if the model sets them. */
  readonly leg: string | undefined;
  readonly model?: string | undefined;
}

const Usage = z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) });
const Name = z.string().min(1).max(100).optional().catch(undefined);
const By = z.object({ leg: Name, model: Name });

export function accountOf(message: BaseMessage): Account {
  const said = "usage_metadata" in message ? message.usage_metadata : undefined;
  const usage = said === undefined ? undefined : Usage.safeParse(said).data;
  const tokens = { input: usage?.input_tokens ?? 0, output: usage?.output_tokens ?? 0 };
  const by = By.safeParse(message.response_metadata).data;
  return { tokens, leg: by?.leg, model: by?.model };
}
