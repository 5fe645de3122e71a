/**
 * What Slack sends, taken once. Slack sends an event again when it hears no answer, a proxy may send a request twice,
 * and whoever saw a signed request could send it again. Bolt hands each of them to the listeners. Here the second of two
 * gets the answer of the first and reaches nobody; what was refused or not answered may be tried again.
 */
import { App, type ReceiverEvent } from "@slack/bolt";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { sha256 } from "../src/events/canonical.ts";
import { Recent } from "./lanes/recent.ts";

/** Signed requests serve for five minutes to either side of our clock; what was taken is known longer than that. */
const mostKept = 10_000;

const Sent = z.looseObject({
  type: z.string().default(""),
  api_app_id: z.string().default(""),
  team_id: z.string().optional(),
  event_id: z.string().optional(),
  trigger_id: z.string().optional(),
  command: z.string().optional(),
  user: z.object({ id: z.string(), team_id: z.string().optional() }).optional(),
  container: z.object({ message_ts: z.string().optional(), view_id: z.string().optional() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), action_ts: z.string() })).optional(),
  view: z
    .object({
      id: z.string(),
      hash: z.string().default(""),
      state: z.object({ values: z.unknown() }).optional(),
    })
    .optional(),
});

/** What makes two arrivals the same; undefined where nothing does. */
export function keyOf(body: unknown): string | undefined {
  const sent = Sent.safeParse(body).data;
  const parts = sent && (eventKey(sent) ?? pressKey(sent) ?? formKey(sent) ?? triggerKey(sent));
  return parts && JSON.stringify([sent.api_app_id, ...parts]);
}

type Sent = z.infer<typeof Sent>;
type Parts = readonly (string | undefined)[];

function eventKey({ type, team_id: team, event_id: id }: Sent): Parts | undefined {
  return type === "event_callback" && id !== undefined ? [type, team, id] : undefined;
}

function pressKey({ type, user, container, actions }: Sent): Parts | undefined {
  const [action] = actions ?? [];
  if (type !== "block_actions" || action === undefined) return undefined;
  const where = container?.message_ts ?? container?.view_id;
  return [type, user?.team_id, user?.id, where, action.action_id, action.action_ts];
}

/** With what was filled in: a form that was sent back and corrected is another one. */
function formKey({ type, view }: Sent): Parts | undefined {
  if (type !== "view_submission" || view === undefined) return undefined;
  return [type, view.id, view.hash, sha256(JSON.stringify(view.state?.values ?? null))];
}

function triggerKey({ type, command, trigger_id: trigger }: Sent): Parts | undefined {
  return trigger === undefined || trigger === "" ? undefined : [type, command, trigger];
}

const Properties = z.object({ signature: z.string() });

function keysOf({ body, customProperties }: ReceiverEvent): string[] {
  const signed = Properties.safeParse(customProperties).data;
  const key = keyOf(body);
  return [
    ...(signed === undefined ? [] : [`signature ${signed.signature}`]),
    ...(key === undefined ? [] : [key]),
  ];
}

/** What the first was answered; undefined: nothing, so that another may try. */
type Answered = { readonly answer: unknown } | undefined;

const Errors = z.looseObject({ response_action: z.literal("errors") });

export class Arrivals {
  readonly #diagnostics: Diagnostics;
  readonly #taken = new Recent<Promise<Answered>>(mostKept);

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  /** Hands it on if it is the first of its kind; else answers as the first was answered, once that is known. */
  async once(event: ReceiverEvent, handle: (event: ReceiverEvent) => Promise<void>): Promise<void> {
    const keys = keysOf(event);
    for (let before = this.#before(keys); before !== undefined; before = this.#before(keys)) {
      const first = await before;
      if (first !== undefined) return this.#ack(event, first.answer);
    }
    await this.#first(keys, event, handle);
  }

  #before(keys: readonly string[]): Promise<Answered> | undefined {
    return keys.map((key) => this.#taken.get(key)).find((before) => before !== undefined);
  }

  async #first(
    keys: readonly string[],
    event: ReceiverEvent,
    handle: (event: ReceiverEvent) => Promise<void>,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Answered>();
    for (const key of keys) this.#taken.set(key, promise);
    const kept = new Set<string>();
    const ack: ReceiverEvent["ack"] = async (answer?: unknown) => {
      // A form that goes back with its faults may come again as it is.
      if (!Errors.safeParse(answer).success) for (const key of keys) kept.add(key);
      resolve({ answer });
      await this.#ack(event, answer);
    };
    try {
      await handle({ ...event, ack });
    } finally {
      for (const key of keys) if (!kept.has(key)) this.#taken.delete(key);
      resolve(undefined);
    }
  }

  /** A connection that went away meanwhile takes no answer; what was asked for is done all the same. */
  async #ack(event: ReceiverEvent, answer: unknown): Promise<void> {
    try {
      await event.ack(answer);
    } catch (error) {
      this.#diagnostics.warn({ error: reasonOf(error) }, "slack: an acknowledgement did not go out");
    }
  }
}

/** One of these may hear the same as another: connections share what has arrived. */
export class HearingApp extends App {
  readonly #arrivals: Arrivals;

  constructor(options: ConstructorParameters<typeof App>[0], arrivals: Arrivals) {
    super(options);
    this.#arrivals = arrivals;
  }

  override processEvent(event: ReceiverEvent): Promise<void> {
    return this.#arrivals.once(event, (first) => super.processEvent(first));
  }
}
