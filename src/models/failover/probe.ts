/** A real completion, as small as one can be: the model must call a tool with the word it is told. */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HatrackError } from "../../errors.ts";
import { faultOf } from "../output-faults.ts";
import { untilAborted } from "../../agent/until-aborted.ts";

export const probeWord = "ready";
const question = `Call the tool "echo" with the word "${probeWord}". If you have no tools, answer with that word alone.`;
const echo = {
  type: "function",
  function: {
    name: "echo",
    description: "Says a word back.",
    parameters: { type: "object", properties: { word: { type: "string" } }, required: ["word"] },
  },
};

/** @throws HatrackError `model_probe_failed` when what comes back is not what was asked for; else what the leg throws */
export async function probeByWord(chat: BaseChatModel, signal: AbortSignal): Promise<void> {
  const asked = chat.bindTools?.([echo], { tool_choice: "echo" }) ?? chat;
  const reply = await untilAborted(asked.invoke(question, { signal }), signal);
  const said = `${reply.text} ${JSON.stringify(reply.tool_calls ?? [])}`;
  const fault = faultOf(reply);
  if (fault === undefined && said.toLowerCase().includes(probeWord)) return;
  const got = fault === "empty" ? "an empty answer" : `"${said.trim().slice(0, 80)}"`;
  throw new HatrackError("model_probe_failed", `a probe got ${got}, expected the word "${probeWord}"`);
}
