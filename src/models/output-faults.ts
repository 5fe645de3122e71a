/**
 * What is wrong with a reply before anybody reads what it says: a server that answers 200 is not yet a model that
 * answers (lesson 10). Pure.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { AIMessage } from "@langchain/core/messages";
import { z } from "zod";

/**
 * empty        nothing said, nothing called; or the shape of an answer with nothing in it
 * truncated    cut off at the length limit
 * repeated     it says one thing for ever
 * no_call      not the call that was demanded
 * invalid      does not fit the schema
 * placeholder  a form that nobody filled in: "string", "<summary>", "N/A" where words are demanded
 * echo         word for word what it said in other cases, and tied to nothing of this one
 */
export type OutputFault = "empty" | "truncated" | "repeated" | "no_call" | "invalid" | "placeholder" | "echo";

const Finish = z.object({ finish_reason: z.string() });

/** @param forced the one tool it was told to call */
export function faultOf(message: BaseMessage, forced?: string): OutputFault | undefined {
  const { calls, broken } = callsOf(message);
  const cut = Finish.safeParse(message.response_metadata).data?.finish_reason === "length";
  if (cut && calls.length === 0) return "truncated";
  if (calls.length + broken.length === 0 && message.text.trim() === "") return "empty";
  if (isLooping(message.text + calls.map((call) => JSON.stringify(call.args)).join(""))) return "repeated";
  const obeyed = forced === undefined || [...calls, ...broken].some((call) => call.name === forced);
  return obeyed ? undefined : "no_call";
}

function callsOf(message: BaseMessage): {
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly broken: readonly { readonly name?: string }[];
} {
  if (!AIMessage.isInstance(message)) return { calls: [], broken: [] };
  return { calls: message.tool_calls ?? [], broken: message.invalid_tool_calls ?? [] };
}

/** The end of the text must repeat for so long, and at least so often. */
const loop = { chars: 240, times: 6, longest: 120 };

/** True when a text ends in one unit said over and over: what a model does whose weights or cache are broken. */
function isLooping(text: string): boolean {
  const tail = text.slice(-Math.max(loop.chars, loop.longest * loop.times));
  if (tail.length < loop.chars) return false;
  for (let unit = 1; unit <= loop.longest; unit += 1) {
    const span = Math.max(loop.chars, unit * loop.times);
    if (span <= tail.length && repeats(tail.slice(-span), unit)) return true;
  }
  return false;
}

function repeats(text: string, unit: number): boolean {
  for (let at = unit; at < text.length; at += 1) if (text[at] !== text[at - unit]) return false;
  return true;
}
