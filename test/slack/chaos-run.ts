/**
 * One case from its alert to the action that somebody carried out, with a fault of Slack's in the middle of each step,
 * and the count of what people lost, saw twice or decided twice.
 */
import { z } from "zod";
import { lanes, slackActions } from "../../slack/ids.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { alert, proposed, publish, said, triage } from "./given.ts";
import { shownMessage } from "./asking.ts";
import type { World } from "./world.ts";

/** What goes wrong: a body of POST /local/chaos. */
export interface Fault {
  readonly name: string;
  readonly chaos: Readonly<Record<string, unknown>> & { readonly disconnect?: number; readonly cut?: number };
  /** Steps before which it stands in the short form; none: it is in the long form alone. Default: all. */
  readonly before?: readonly Step[];
}

type Step = "card" | "on it" | "form" | "decision" | "done";
export const steps: readonly Step[] = ["card", "on it", "form", "decision", "done"];

const posting = ["chat.postMessage", "chat.update"];
const everything = [...posting, "views.open", "conversations.replies", "conversations.history"];

export const faults: readonly Fault[] = [
  { name: "nothing", chaos: {} },
  { name: "a connection renewed", chaos: { disconnect: 1 }, before: ["decision"] },
  { name: "delivered twice", chaos: { duplicate: 4 } },
  { name: "delivered late", chaos: { envelope_delay_ms: 120 }, before: [] },
  { name: "delivered out of order", chaos: { reorder: 1 } },
  { name: "not delivered", chaos: { drop: 1 }, before: ["decision"] },
  { name: "429", chaos: { http_429: 2, retry_after: 1, methods: posting }, before: ["card", "decision"] },
  { name: "500 before the effect", chaos: { http_500: 2, methods: posting }, before: ["card", "done"] },
  { name: "500 after the effect", chaos: { http_500_after_effect: 2, methods: everything } },
  { name: "cut after the effect", chaos: { cut_after_effect: 2, methods: everything } },
  { name: "answers late", chaos: { delay_ms: 120, methods: everything }, before: [] },
  { name: "a connection cut", chaos: { cut: 1 }, before: [] },
];

export interface Outcome {
  /** What people pressed and sent. */
  readonly presses: number;
  /** Of those, how many they were told had not come through, and pressed again. */
  readonly again: number;
  /** Steps that never came to what they were for, though Slack said that they had been taken. */
  readonly lost: number;
  readonly messages: number;
  /** Messages of one kind for one event that stand more than once in one place. */
  readonly doubled: number;
  /** Approvals, decisions and actions on the log beyond the one of each. */
  readonly decidedTwice: number;
}

const Answer = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  view: z.looseObject({ id: z.string() }).nullish(),
});
type Answer = z.infer<typeof Answer>;

/** A person in front of Slack: who is told that something did not come through does it again. */
class Person {
  presses = 0;
  again = 0;
  readonly #world: World;
  readonly #user: string;

  constructor(world: World, user: string) {
    this.#world = world;
    this.#user = user;
  }

  /** Until Slack shows that it was taken. */
  async does(path: string, body: object): Promise<Answer> {
    for (;;) {
      this.presses += 1;
      const answer = await this.#once(path, body);
      // Or the button is gone: the card shows by now that it was taken.
      if (answer.ok || answer.error === "action_not_found") return answer;
      this.again += 1;
    }
  }

  /** Until the form is there. */
  async opens(action: string, place: object): Promise<string> {
    for (;;) {
      const { view } = await this.does("click", { action_id: action, settle_ms: 150, ...place });
      if (view != null) return view.id;
      this.again += 1;
    }
  }

  async #once(path: string, body: object): Promise<Answer> {
    const { url, token } = this.#world.workspace;
    const headers = { "content-type": "application/json", "x-local-token": token };
    const sent = JSON.stringify({ settle_ms: 0, user: this.#user, ...body });
    const response = await fetch(`${url}/local/${path}`, { method: "POST", headers, body: sent });
    return Answer.parse(await response.json());
  }
}

const patienceMs = 20_000;

/** With the fault before each of these steps. */
export async function throughChaos(
  world: World,
  fault: Fault,
  { caseId, before }: { readonly caseId: string; readonly before: readonly Step[] },
): Promise<Outcome> {
  const mia = new Person(world, "U0MIA");
  const priya = new Person(world, "U0PRIYA");
  let lost = 0;
  const isIts = ({ subject }: { subject: string }): boolean => subject === caseId;
  const comesToPass = async (work: Promise<unknown>): Promise<void> => {
    const late = Symbol("late");
    const wait = Promise.withResolvers<symbol>();
    const timer = setTimeout(() => {
      wait.resolve(late);
    }, patienceMs);
    if ((await Promise.race([work, wait.promise])) === late) lost += 1;
    clearTimeout(timer);
  };
  const now = async (step: Step): Promise<void> => {
    await world.does("chaos", { clear: true, ...(before.includes(step) ? fault.chaos : {}) });
  };

  // A connection that a fault before this one took away is back.
  const { disconnect, cut } = fault.chaos;
  if ((disconnect ?? cut) !== undefined)
    await world.seen(({ sockets }) => (sockets === 2 ? true : undefined));
  await now("card");
  const place = await cardOf(world, caseId);
  const shows = (words: string): Promise<unknown> =>
    shownMessage(world, "gate", (text, { ts }) => ts === place.ts && text.includes(words));
  await now("on it");
  const both = [mia, priya].map((who) => who.does("click", { action_id: slackActions.onIt, ...place }));
  await Promise.all(both);
  await comesToPass(world.event("case.assigned", isIts));
  // Whoever goes on has seen the card that shows it: the buttons of the one before serve no more.
  await comesToPass(shows("is on it"));
  await now("form");
  const form = await mia.opens(slackActions.authorise, place);
  await now("decision");
  await mia.does("submit", { view_id: form, values: {} });
  await comesToPass(world.event("action.decided", isIts));
  await comesToPass(shows("not done"));
  await now("done");
  await Promise.all(
    [mia, priya].map((who) => who.does("click", { action_id: slackActions.markDone, ...place })),
  );
  await comesToPass(world.event("action.executed", isIts));
  await world.does("chaos", { clear: true });
  await quiet(world);
  const presses = mia.presses + priya.presses;
  const decidedTwice = await decidedAgain(world, caseId);
  return { presses, again: mia.again + priya.again, lost, ...(await shown(world, caseId)), decidedTwice };
}

async function cardOf(world: World, caseId: string): Promise<{ channel: string; ts: string }> {
  const at = { at: Date.now(), subject: caseId };
  await publish(
    world.bus,
    said("alert.received", alert({ caseId, sourceId: caseId }), at),
    said("alert.triaged", triage(), { ...at, source: "/roles/sentinel" }),
    said("action.proposed", proposed(), { ...at, source: "/roles/ir-lead" }),
  );
  const isCard = ({ subject, data }: KnownEvent<"message.posted">): boolean =>
    subject === caseId && data.kind === "gate";
  const { data } = await world.event("message.posted", isCard);
  await world.event("handoff.opened", ({ subject }) => subject === caseId);
  return { channel: data.channel, ts: data.ts };
}

/** Nothing waits in any lane, nor at the gate. */
export async function quiet(world: World): Promise<void> {
  const watched: readonly string[] = [...Object.values(lanes), "human-gate"];
  const group = ({ group: name }: { group: string }): boolean => watched.includes(name);
  for (;;) {
    const groups = (await world.bus.groups()).filter(group);
    if (groups.every(({ lag, pending }) => lag === 0 && pending === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function shown(world: World, caseId: string): Promise<Pick<Outcome, "messages" | "doubled">> {
  const { channels } = await world.state();
  const seen = new Map<string, number>();
  for (const { id, messages } of channels) {
    for (const { metadata } of messages.flatMap((message) => [message, ...message.replies])) {
      const payload = metadata?.event_payload;
      if (payload?.["case_id"] !== caseId) continue;
      const key = JSON.stringify([id, payload.kind, payload["event_id"]]);
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const counts = [...seen.values()];
  const messages = counts.reduce((sum, count) => sum + count, 0);
  return { messages, doubled: messages - counts.length };
}

async function decidedAgain(world: World, caseId: string): Promise<number> {
  const counts = { "approval.recorded": 0, "action.decided": 0, "action.executed": 0 };
  for await (const { event } of world.bus.read({ subject: caseId })) {
    if (isEvent(event, "approval.recorded", "action.decided", "action.executed")) counts[event.type] += 1;
  }
  return Object.values(counts).reduce((sum, count) => sum + Math.max(0, count - 1), 0);
}

/** A line a fault. */
export function table(rows: readonly (Outcome & { readonly name: string })[]): string {
  const head = ["fault", "presses", "pressed again", "lost", "messages", "doubled", "decided twice"];
  const lines = rows.map((row) =>
    [row.name, row.presses, row.again, row.lost, row.messages, row.doubled, row.decidedTwice].map(String),
  );
  const all = [head, ...lines];
  const width = (column: number): number => Math.max(...all.map((line) => line[column]?.length ?? 0));
  return all
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(width(at)) : cell.padStart(width(at)))).join("  "),
    )
    .join("\n");
}
