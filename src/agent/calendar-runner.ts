/**
 * Runs a calendar role: facts from the log, words from the model. The facts are the report; words that say a
 * number, a name or a case the facts do not hold are withheld, and then, as without a model, the plain ones stand.
 * Every run is traced, also one that has nothing to report.
 */
import { randomBytes } from "node:crypto";
import { says, type Delivery, type Draft, type Handled, type Subscription } from "../bus/bus.ts";
import { canonicalJson, sha256 } from "../events/canonical.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { accountOf, type Account } from "./account.ts";
import type { Calendar, ReportWords } from "./calendar.ts";
import { isBlank } from "./blank.ts";
import { factsMessage, wordingPrompt } from "./prompt.ts";
import { leakOf } from "./prompt-leak.ts";
import { shippedRedactor } from "./redact.ts";
import type { RoleDeps, RoleModel } from "./role.ts";
import { checkSays } from "./runner.ts";
import { untilAborted } from "./until-aborted.ts";
import { unsupported } from "./wording.ts";

type Fired = Pick<Delivery<"schedule.fired">, "event" | "position" | "partition" | "signal">;
type Deps = Pick<RoleDeps, "bus" | "clock" | "diagnostics" | "model" | "marker" | "memory" | "redactor">;

export function startCalendar(calendar: Calendar, deps: RoleDeps): Subscription {
  return deps.bus.subscribe(calendar.name, ["schedule.fired"], calendarHandlerOf(calendar, deps), {
    source: `/roles/${calendar.name}`,
    wants: (event) => event.data.role === calendar.name,
    // Of two firings at work at once in two processes one commits; the other computes again, on what the first said.
    state: { key: () => calendar.name, evolve: (_, { id }) => id, parse: String },
  });
}

/** The handler of a calendar role, for a bus or for a test that calls it directly. */
export function calendarHandlerOf(calendar: Calendar, deps: Deps): (delivery: Fired) => Promise<Handled> {
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
      memory: deps.memory ?? {},
      reported: () => reportedBefore(calendar, deps, event),
    });
    const worded = await word(calendar, deps, { facts: computed.toWord, signal });
    const events = computed.emit(reportWords(worded.words, computed.plain));
    checkSays(calendar, events);
    const milliseconds = Math.max(0, clock.now() - started);
    return says(...events, workedDraft(calendar, { ...worded, delivery, milliseconds }));
  };
}

async function reportedBefore(
  { says: types }: Calendar,
  { bus }: Deps,
  { id, subject }: KnownEvent,
): Promise<AnyEvent[]> {
  const before: AnyEvent[] = [];
  for await (const { event } of bus.read({ subject })) {
    if (event.causationid === id) break;
    if (isEvent(event, ...types)) before.push(event);
  }
  return before;
}

/** An event's limit on words, characters. */
const mostWords = 4_000;

function reportWords(words: string | undefined, plain: string | undefined): ReportWords {
  if (words !== undefined) return { words, wordedBy: "model" };
  return plain === undefined ? {} : { words: plain.slice(0, mostWords), wordedBy: "code" };
}

interface Worded {
  readonly words?: string;
  /** The model that was asked; undefined: there is none, or nothing to word. */
  readonly model?: RoleModel;
  readonly account: Account;
  readonly withheld: number;
}

async function word(
  calendar: Calendar,
  deps: Deps,
  { facts, signal }: { facts: unknown; signal: AbortSignal },
): Promise<Worded> {
  const model = facts === undefined ? undefined : await whoWords(calendar, deps);
  if (model === undefined) return { withheld: 0, account: nobody };
  const redactor = deps.redactor ?? shippedRedactor;
  try {
    const reply = await ask(calendar, {
      model,
      facts: redactor.value(facts),
      signal,
      marker: markerOf(deps),
    });
    const words = redactor.text(reply.words).slice(0, mostWords);
    const wrong = [...instructionsIn(words, calendar, facts), ...unsupported(words, facts)];
    if (wrong.length > 0) {
      deps.diagnostics.warn({ role: calendar.name, wrong }, "words withheld: the facts do not hold them");
      return { model, withheld: wrong.length, account: reply.account };
    }
    const said = isBlank(words) ? {} : { words };
    return { model, ...said, withheld: 0, account: reply.account };
  } catch (error) {
    if (signal.aborted) throw error;
    // `baseline` has no words; that is no failure.
    const level = error instanceof HatrackError && error.code === "no_rules" ? "debug" : "warn";
    deps.diagnostics[level]({ role: calendar.name, reason: reasonOf(error) }, "no words of a model");
    return { model, withheld: 0, account: nobody };
  }
}

const nobody: Account = { tokens: { input: 0, output: 0 }, leg: undefined };

/** Nobody, on a day whose tokens are spent: a report does not wait for words. */
async function whoWords({ name }: Calendar, { model, diagnostics }: Deps): Promise<RoleModel | undefined> {
  const found = model({ name, rules: undefined });
  const spent = await found?.budget?.spent();
  if (spent === undefined) return found;
  diagnostics.info({ role: name, reason: spent.why }, "no words of a model");
  return undefined;
}

function instructionsIn(words: string, { prompt }: Calendar, facts: unknown): string[] {
  return leakOf(wordingPrompt(prompt))(words, facts) ? ["its own instructions"] : [];
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
  return { words: reply.text.trim(), account: accountOf(reply) };
}

function workedDraft(calendar: Calendar, run: Worded & { delivery: Fired; milliseconds: number }): Draft {
  const { model, withheld, delivery, milliseconds, account } = run;
  return {
    type: "role.worked",
    data: {
      role: calendar.name,
      promptVersion: sha256(canonicalJson([wordingPrompt(calendar.prompt)])),
      model: account.model ?? model?.name ?? "none",
      leg: account.leg ?? model?.leg ?? "none",
      steps: [],
      modelCalls: model === undefined ? 0 : 1,
      tokens: account.tokens,
      milliseconds,
      evidenceDropped: withheld,
      recallArm: "off",
      positions: { [String(delivery.partition)]: delivery.position },
    },
  };
}
