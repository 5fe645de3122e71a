/**
 * Runs a calendar role: facts from the log, words from the model. The facts are the report; words that say a
 * number or a case the facts do not hold are withheld, and a model that is absent or fails costs the words alone.
 */
import { randomBytes } from "node:crypto";
import { says, type Delivery, type Draft, type Handled, type Subscription } from "../bus/bus.ts";
import { canonicalJson, sha256 } from "../events/canonical.ts";
import { reasonOf } from "../errors.ts";
import { accountOf, type Account } from "./account.ts";
import type { Calendar } from "./calendar.ts";
import { isBlank } from "./blank.ts";
import { factsMessage, wordingPrompt } from "./prompt.ts";
import { redact, redactText } from "./redact.ts";
import type { RoleDeps, RoleModel } from "./role.ts";
import { checkSays } from "./runner.ts";
import { untilAborted } from "./until-aborted.ts";
import { unsupported } from "./wording.ts";

type Deps = Pick<RoleDeps, "bus" | "clock" | "diagnostics" | "model" | "marker">;

export function startCalendar(calendar: Calendar, deps: RoleDeps): Subscription {
  return deps.bus.subscribe(calendar.name, ["schedule.fired"], calendarHandlerOf(calendar, deps), {
    source: `/roles/${calendar.name}`,
    wants: (event) => event.data.role === calendar.name,
  });
}

/** The handler of a calendar role, for a bus or for a test that calls it directly. */
export function calendarHandlerOf(
  calendar: Calendar,
  deps: Deps,
): (delivery: Delivery<"schedule.fired">) => Promise<Handled> {
  return async (delivery) => {
    const { event, position, signal } = delivery;
    const { bus, clock } = deps;
    const started = clock.now();
    const computed = await calendar.compute({
      bus,
      clock,
      event,
      position,
      signal,
      window: event.data.window,
    });
    const worded = await word(calendar, deps, { facts: computed.toWord, signal });
    const events = computed.emit(worded.words);
    checkSays(calendar, events);
    if (worded.model === undefined) return says(...events);
    const milliseconds = Math.max(0, clock.now() - started);
    return says(...events, workedDraft(calendar, { ...worded, model: worded.model, delivery, milliseconds }));
  };
}

interface Worded {
  readonly words?: string;
  /** The model that answered; undefined when none was asked, or when it failed. */
  readonly model?: RoleModel;
  readonly account: Account;
  readonly withheld: number;
}

async function word(
  calendar: Calendar,
  deps: Deps,
  { facts, signal }: { facts: unknown; signal: AbortSignal },
): Promise<Worded> {
  const model = facts === undefined ? undefined : deps.model({ name: calendar.name, rules: undefined });
  const account: Account = { tokens: { input: 0, output: 0 }, leg: undefined };
  if (model === undefined) return { withheld: 0, account };
  try {
    const reply = await ask(calendar, { model, facts: redact(facts), signal, marker: markerOf(deps) });
    const { words } = reply;
    const wrong = unsupported(words, facts);
    if (wrong.length > 0) {
      deps.diagnostics.warn({ role: calendar.name, wrong }, "words withheld: the facts do not hold them");
      return { model, withheld: wrong.length, account: reply.account };
    }
    const said = isBlank(words) ? {} : { words };
    return { model, ...said, withheld: 0, account: reply.account };
  } catch (error) {
    if (signal.aborted) throw error;
    deps.diagnostics.warn({ role: calendar.name, reason: reasonOf(error) }, "no words: the model failed");
    return { withheld: 0, account };
  }
}

function markerOf({ marker }: Deps): string {
  return marker === undefined ? randomBytes(8).toString("hex") : marker();
}

async function ask(
  calendar: Calendar,
  { model, facts, signal, marker }: { model: RoleModel; facts: unknown; signal: AbortSignal; marker: string },
): Promise<{ words: string; account: Account }> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(calendar.seconds * 1000)]);
  const messages = [
    { role: "system", content: wordingPrompt(calendar.prompt) },
    { role: "user", content: factsMessage(marker, facts) },
  ];
  const reply = await untilAborted(model.chat.invoke(messages, { signal: deadline }), deadline);
  return { words: redactText(reply.text.trim()).slice(0, 4000), account: accountOf(reply) };
}

function workedDraft(
  calendar: Calendar,
  run: Worded & { model: RoleModel; delivery: Delivery<"schedule.fired">; milliseconds: number },
): Draft {
  const { model, withheld, delivery, milliseconds, account } = run;
  return {
    type: "role.worked",
    data: {
      role: calendar.name,
      promptVersion: sha256(canonicalJson([wordingPrompt(calendar.prompt)])),
      model: model.name,
      leg: account.leg ?? model.leg,
      steps: [],
      modelCalls: 1,
      tokens: account.tokens,
      milliseconds,
      evidenceDropped: withheld,
      recallArm: "off",
      positions: { [String(delivery.partition)]: delivery.position },
    },
  };
}
