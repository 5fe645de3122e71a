/**
 * A model that says what it was told to, for tests and dry runs. Strict: a call beyond the script throws, and
 * `assertDone` throws when part of the script was never asked for. Ids are counted, never random.
 */
import { BaseChatModel, type BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import { AIMessage, type AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import type { ModelOf } from "../agent/role.ts";
import type { Facts } from "../agent/rule-book.ts";
import { HatrackError } from "../errors.ts";
import { boundNames, type BoundOptions } from "./bound-tools.ts";
import { readRun } from "./read-run.ts";

export interface CannedCall {
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  /** The arguments arrive as text that is no JSON. */
  readonly malformed?: true;
}

interface Said {
  readonly text?: string;
  readonly calls?: readonly CannedCall[];
  readonly tokens?: { readonly input: number; readonly output: number };
}

export type CannedAnswer =
  | Said
  | { readonly throws: Error }
  /** Never answers, not even when it is aborted. */
  | { readonly hangs: true };

/** What the model was asked in one turn. */
export interface CannedTurn extends Facts {
  readonly messages: readonly BaseMessage[];
  /** Names of the tools it was bound to, and the one it was told to call. */
  readonly tools: readonly string[];
  readonly choice: unknown;
}

export type CannedStep = CannedAnswer | ((turn: CannedTurn) => CannedAnswer);

/** A list is strict; a function answers every turn there is. */
export type CannedScript = readonly CannedStep[] | ((turn: CannedTurn) => CannedAnswer);

export interface CannedOptions {
  readonly role: string;
  readonly script: CannedScript;
  /** Default true; false where it answers thousands of times and nobody looks. */
  readonly keepsTurns?: boolean;
}

export class CannedModel extends BaseChatModel<BoundOptions> {
  readonly #role: string;
  readonly #script: CannedScript;
  readonly #turns: CannedTurn[] = [];
  readonly #keepsTurns: boolean;
  #asked = 0;

  constructor({ role, script, keepsTurns = true }: CannedOptions) {
    super({});
    this.#role = role;
    this.#script = script;
    this.#keepsTurns = keepsTurns;
  }

  /** What it was asked so far, unless it was told to forget. */
  get turns(): readonly CannedTurn[] {
    return this.#turns;
  }

  override _llmType(): string {
    return "canned";
  }

  override bindTools(
    tools: BindToolsInput[],
    kwargs: Partial<BoundOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, BoundOptions> {
    return this.withConfig({ ...kwargs, tools });
  }

  /** @throws HatrackError `canned_unexpected` for a turn the script does not have */
  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const number = (this.#asked += 1);
    const turn: CannedTurn = {
      ...readRun(messages),
      messages: [...messages],
      tools: boundNames(options),
      choice: options.tool_choice,
    };
    if (this.#keepsTurns) this.#turns.push(turn);
    const answer = this.#answer(turn, number);
    if ("throws" in answer) throw answer.throws;
    if ("hangs" in answer) return new Promise<never>(() => undefined);
    const message = messageOf(answer, `${this.#role}-${number}`);
    return { generations: [{ text: message.text, message }] };
  }

  #answer(turn: CannedTurn, number: number): CannedAnswer {
    if (typeof this.#script === "function") return this.#script(turn);
    const step = this.#script[number - 1];
    if (step !== undefined) return typeof step === "function" ? step(turn) : step;
    const length = this.#script.length;
    const what = `canned model of ${this.#role}: turn ${number} was asked for, expected at most ${length}`;
    throw new HatrackError("canned_unexpected", what);
  }

  /** @throws HatrackError `canned_unconsumed` when the script has steps that were never asked for */
  assertDone(): void {
    if (typeof this.#script === "function" || this.#asked >= this.#script.length) return;
    const what = `${this.#asked} of ${this.#script.length} turns were asked for`;
    throw new HatrackError("canned_unconsumed", `canned model of ${this.#role}: ${what}, expected all`);
  }
}

function messageOf({ text = "", calls = [], tokens }: Said, id: string): AIMessage {
  const listed = calls.map((call, index) => ({ ...call, id: `${id}-${index}` }));
  const good = listed.filter((call) => call.malformed === undefined);
  const broken = listed.filter((call) => call.malformed !== undefined);
  const error = "Unexpected end of JSON input";
  const message = new AIMessage({
    content: text,
    tool_calls: good.map((call) => {
      return { id: call.id, name: call.tool, args: call.arguments, type: "tool_call" as const };
    }),
    invalid_tool_calls: broken.map((call) => {
      return { id: call.id, name: call.tool, args: "{", error, type: "invalid_tool_call" as const };
    }),
  });
  if (tokens === undefined) return message;
  const { input, output } = tokens;
  const usage = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  return Object.assign(message, { usage_metadata: usage });
}

/** One script a role, as a `ModelOf`: a role without a script has no model. */
export function cannedModels(scripts: Readonly<Record<string, CannedScript>>): {
  readonly modelOf: ModelOf;
  of(role: string): CannedModel;
  assertDone(): void;
} {
  const models = new Map(
    Object.entries(scripts).map(([role, script]) => [role, new CannedModel({ role, script })]),
  );
  const modelOf: ModelOf = ({ name }) => {
    const chat = models.get(name);
    return chat && { chat, name: "canned", leg: "embedded" };
  };
  return {
    modelOf,
    of: (role) => {
      const model = models.get(role);
      if (model === undefined) throw new HatrackError("canned_unexpected", `no canned script for ${role}`);
      return model;
    },
    assertDone: () => {
      for (const model of models.values()) model.assertDone();
    },
  };
}
