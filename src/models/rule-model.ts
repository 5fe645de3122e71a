/**
 * `baseline`: plays a role by its rule book. To everything around it, it is a chat model like any other: it reads
 * the same fenced case file and tool messages, calls the same tools under the same budget, and hands in by
 * `submit`. No tokens, no randomness. It is stamped on every run and is never a failover leg.
 */
import { BaseChatModel, type BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import { AIMessage, type AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import { z } from "zod";
import type { Facts, MatchedRule, RuleBook } from "../agent/rule-book.ts";
import { HatrackError } from "../errors.ts";
import { boundNames, type BoundOptions } from "./bound-tools.ts";
import { readRun } from "./read-run.ts";

export class RuleModel extends BaseChatModel<BoundOptions> {
  readonly #role: string;
  readonly #rules: RuleBook | undefined;

  constructor({ role, rules }: { role: string; rules: RuleBook | undefined }) {
    super({});
    this.#role = role;
    this.#rules = rules;
  }

  override _llmType(): string {
    return "baseline";
  }

  override bindTools(
    tools: BindToolsInput[],
    kwargs: Partial<BoundOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, BoundOptions> {
    return this.withConfig({ ...kwargs, tools });
  }

  /** @throws HatrackError `no_rules` when the role has none, or when it is asked for anything but a role's run */
  override _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const bound = boundNames(options);
    if (this.#rules === undefined || !bound.includes("submit")) {
      throw new HatrackError("no_rules", `baseline: ${this.#role} has no rules to be played by`);
    }
    const facts = readRun(messages);
    const calls = this.#rules.lookups(facts).filter(({ tool }) => bound.includes(tool));
    const chosen = calls.length > 0 ? calls : [{ tool: "submit", arguments: answerOf(this.#rules, facts) }];
    const message = new AIMessage({
      content: "",
      tool_calls: chosen.map(({ tool, arguments: args }, index) => {
        return { id: `rule-${messages.length}-${index}`, name: tool, args, type: "tool_call" as const };
      }),
    });
    return Promise.resolve({ generations: [{ text: "", message }] });
  }
}

function answerOf(book: RuleBook, facts: Facts): Record<string, unknown> {
  const matched = book.rules.flatMap((rule): MatchedRule[] => {
    const evidence = rule.match(facts);
    return evidence === undefined ? [] : [{ name: rule.name, weight: rule.weight, evidence }];
  });
  return z.record(z.string(), z.unknown()).parse(book.conclude(matched, facts));
}
