/** The people of a running local workspace, as a test moves them: what they see, click, submit and type. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const Button = z.looseObject({
  type: z.string(),
  action_id: z.string().optional(),
  value: z.string().optional(),
});
const Block = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  elements: z.array(z.unknown()).optional(),
});
const Plain = z.looseObject({
  ts: z.string(),
  text: z.string().default(""),
  blocks: z.array(Block).default([]),
  metadata: z
    .object({
      event_type: z.string(),
      event_payload: z.looseObject({ event_id: z.string(), kind: z.string() }),
    })
    .optional(),
});
const Message = Plain.extend({ replies: z.array(Plain).default([]) });
export type Message = z.infer<typeof Plain> & { readonly channel: string };

const State = z.object({
  channels: z.array(
    z.looseObject({ id: z.string(), name: z.string().optional(), messages: z.array(Message) }),
  ),
  ephemerals: z.array(z.looseObject({ text: z.string(), only_visible_to: z.string(), blocks: z.unknown() })),
});

const Shown = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  reason: z.string().optional(),
  ephemerals: z.array(z.looseObject({ text: z.string() })).default([]),
  errors: z.record(z.string(), z.string()).default({}),
  view: z.looseObject({ id: z.string(), blocks: z.array(z.unknown()) }).nullish(),
});
export type Shown = z.infer<typeof Shown>;

export class People {
  readonly #url: string;
  readonly #token: string;

  /** @param page "URL#TOKEN" of the `ready` line, or the two apart */
  constructor(page: string, token?: string) {
    const [url = "", fragment = ""] = page.split("#");
    this.#url = url.replace(/\/$/, "");
    this.#token = token ?? fragment;
  }

  async post(path: string, body: object): Promise<Shown> {
    const response = await fetch(`${this.#url}/local/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": this.#token },
      body: JSON.stringify(body),
    });
    return Shown.parse(await response.json());
  }

  async state(): Promise<z.infer<typeof State>> {
    const response = await fetch(`${this.#url}/local/state`, { headers: { "x-local-token": this.#token } });
    return State.parse(await response.json());
  }

  /** Every message there is, threads' replies too, in no order. */
  async messages(): Promise<Message[]> {
    const { channels } = await this.state();
    return channels.flatMap(({ id, messages }) =>
      messages.flatMap((root) => [
        { ...root, channel: id },
        ...root.replies.map((m) => ({ ...m, channel: id })),
      ]),
    );
  }

  /** Looks until a message is as wanted. */
  async until(what: string, wanted: (message: Message) => boolean, seconds = 60): Promise<Message> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = (await this.messages()).find(wanted);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no message as wanted within ${seconds} s: ${what}`);
      await sleep(100);
    }
  }

  /** Clicks a message's button, by its action id, in the first block that has it (or the one that holds `near`). */
  click(user: string, message: Message, actionId: string): Promise<Shown> {
    const { channel, ts } = message;
    return this.post("click", { user, channel, ts, action_id: actionId, settle_ms: 800 });
  }

  submit(user: string, shown: Shown, values: Record<string, unknown> = {}): Promise<Shown> {
    return this.post("submit", { user, view_id: shown.view?.id ?? "", values, settle_ms: 800 });
  }

  command(user: string, text: string): Promise<Shown> {
    return this.post("command", { user, channel: "C0CASES", text, settle_ms: 500 });
  }
}

/** Text of a message's blocks, as JSON, for `toContain`. */
export function drawn(message: Message): string {
  return JSON.stringify(message.blocks);
}

export function hasButton(message: Message, actionId: string): boolean {
  return message.blocks.some((block) =>
    (block.elements ?? []).some((element) => Button.safeParse(element).data?.action_id === actionId),
  );
}
