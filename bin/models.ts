/** The configured model servers as the model of every hat. */
import type { ModelOf } from "../src/agent/role.ts";
import type { Bus } from "../src/bus/bus.ts";
import { systemClock } from "../src/clock.ts";
import { silent, type Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Faulty } from "../src/models/failover/chain.ts";
import type { ServerLeg } from "../vendors/openai-leg.ts";
import type { Closers } from "./closers.ts";
import type { LlmConfig } from "./config-models.ts";

export interface ModelsDeps {
  /** Where changes of model are announced and tokens counted; left out: nowhere, and not at all. */
  readonly bus?: Bus;
  readonly diagnostics?: Diagnostics;
  /** What ends the probing. */
  readonly open?: Closers;
  /** Whoever shows which servers are in use. */
  readonly watchLegs?: (
    legs: readonly { readonly leg: { readonly name: string }; readonly closed: boolean }[],
  ) => void;
  /** Whoever counts what each of them gets wrong. */
  readonly watchFaults?: (faulty: Faulty) => void;
}

/** How long a start waits for a server to say what it can; a slower one is found out beside the work. */
const discoverMs = 8_000;

/** @throws HatrackError `config_invalid` when no server can be used and it is the configuration that is wrong */
export async function servedModels(
  llm: LlmConfig,
  { bus, diagnostics = silent, open, watchLegs, watchFaults }: ModelsDeps,
): Promise<ModelOf> {
  const { FailoverChatModel } = await import("../src/models/failover/failover-chat-model.ts");
  const { roleModels } = await import("../src/models/failover/role-models.ts");
  const legs = await legsOf(llm);
  const announcer = bus === undefined ? undefined : await announcerOn(bus, diagnostics);
  const chat = new FailoverChatModel({
    legs,
    onChange: (change) => {
      if (!("first" in change)) diagnostics.warn({ ...change }, `model: ${change.type}`);
      announcer?.say(change);
    },
    onFault: (faulty) => {
      diagnostics.info({ ...faulty }, "model: an answer was none");
      watchFaults?.(faulty);
    },
    budgetMs: 1.5 * llm.timeouts.totalMs,
  });
  watchLegs?.(chat.chain.legs);
  open?.add(async () => {
    chat.chain.close();
    await announcer?.close();
  });
  await discover(legs, chat.chain, diagnostics);
  const contextTokens = (): number | undefined => llm.contextTokens ?? smallest(legs);
  return roleModels(chat, { contextTokens, ...(await budgetsOf(llm, bus)) });
}

async function legsOf({ backup, timeouts, concurrency, ...primary }: LlmConfig): Promise<ServerLeg[]> {
  const { openAiLeg } = await import("../vendors/openai-leg.ts");
  const { backupNames, primaryNames } = await import("../vendors/openai-errors.ts");
  const legs = [await openAiLeg({ ...primary, names: primaryNames, timeouts, concurrency })];
  if (backup !== undefined)
    legs.push(await openAiLeg({ ...backup, names: backupNames, timeouts, concurrency }));
  return legs;
}

async function announcerOn(bus: Bus, diagnostics: Diagnostics) {
  const { Announcer } = await import("../src/models/failover/announce.ts");
  return new Announcer({ bus, clock: systemClock, diagnostics });
}

async function budgetsOf({ tokensPerDay }: LlmConfig, bus: Bus | undefined) {
  if (bus === undefined || tokensPerDay.size === 0) return {};
  const { TokenBudgets } = await import("../src/models/token-budget.ts");
  return { budgets: new TokenBudgets(tokensPerDay, { bus, clock: systemClock }) };
}

/** A prompt must fit whichever server takes over. */
function smallest(legs: readonly ServerLeg[]): number | undefined {
  const known = legs.flatMap((leg) => leg.facts()?.contextTokens ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A server that is down is waited for; one that says no to how it is configured is not. */
async function discover(
  legs: readonly ServerLeg[],
  chain: { readonly legs: readonly { proves(): Promise<boolean> }[] },
  diagnostics: Diagnostics,
): Promise<void> {
  const signal = AbortSignal.timeout(discoverMs);
  const asked = await Promise.allSettled(legs.map((leg) => leg.discover(signal)));
  const wrong: string[] = [];
  asked.forEach((answer, index) => {
    if (answer.status === "fulfilled") return;
    diagnostics.warn({ leg: legs[index]?.name }, `model: ${reasonOf(answer.reason)}`);
    if (answer.reason instanceof HatrackError && !answer.reason.retryable) wrong.push(answer.reason.message);
    // It is opened now, not by the first case that needs it.
    void chain.legs[index]?.proves();
  });
  if (wrong.length === legs.length)
    throw new HatrackError("config_invalid", `configuration: ${wrong.join("; ")}`);
}
