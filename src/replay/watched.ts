/** A model and tools whose every input and output passes a watcher first; to everybody else they are what they were. */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";

/** Sees what a model is about to be sent, and throws to keep it from being sent. */
export type SeesMessages = (messages: readonly BaseMessage[]) => void;

/** Ways to make another model out of one: what they hand back is watched too. */
const makers: ReadonlySet<unknown> = new Set([
  "bindTools",
  "withStructuredOutput",
  "withConfig",
  "withRetry",
]);
/** Ways that keep the model and call it later: they are given this one, not the one behind it. */
const keepers: ReadonlySet<unknown> = new Set(["pipe", "withFallbacks"]);
const senders: ReadonlySet<unknown> = new Set([
  ...["invoke", "stream", "streamEvents", "streamLog"],
  ...["batch", "generate", "_generate"],
]);

export function watchedModel(chat: BaseChatModel, sees: SeesMessages): BaseChatModel {
  return watched(chat, sees);
}

function watched<T extends object>(target: T, sees: SeesMessages): T {
  return new Proxy(target, {
    get: (model, key, watching) => {
      const value: unknown = Reflect.get(model, key, model);
      if (typeof value !== "function" || key === "constructor") return value;
      return (...args: unknown[]): unknown => {
        if (senders.has(key)) sees(messagesIn(args[0]));
        const result: unknown = Reflect.apply(value, keepers.has(key) ? watching : model, args);
        const isModel = makers.has(key) && typeof result === "object" && result !== null;
        return isModel ? watched(result, sees) : result;
      };
    },
  });
}

/** In whatever shape it is sent: a list, a batch of lists. */
function messagesIn(input: unknown): BaseMessage[] {
  if (Array.isArray(input)) return input.flatMap(messagesIn);
  return BaseMessage.isInstance(input) ? [input] : [];
}

/** @param sees each result, as the tool gave it */
export function watchedTool(
  tool: StructuredToolInterface,
  sees: (result: string) => void,
): StructuredToolInterface {
  return new Proxy(tool, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (key !== "invoke" || typeof value !== "function") return value;
      return async (...args: unknown[]): Promise<unknown> => {
        const result: unknown = await Reflect.apply(value, target, args);
        sees(typeof result === "string" ? result : JSON.stringify(result ?? null));
        return result;
      };
    },
  });
}
