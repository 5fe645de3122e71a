/** What Slack sends when somebody acts, parsed. Who it was comes from the envelope and from nothing else. */
import { z } from "zod";
import type { Principal } from "../src/events/vocabulary.ts";

const Who = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
});

const Press = Who.extend({
  trigger_id: z.string().default(""),
  api_app_id: z.string().default(""),
  container: z.object({ message_ts: z.string().optional(), channel_id: z.string().optional() }).loose(),
  message: z.object({ thread_ts: z.string().optional() }).loose().optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string(),
        block_id: z.string().default(""),
        value: z.string().default(""),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

const Submitted = Who.extend({
  api_app_id: z.string().default(""),
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())) }),
  }),
});

export interface Pressed {
  readonly principal: Principal;
  readonly actionId: string;
  readonly actionTs: string;
  readonly triggerId: string;
  /** Which app Slack says the message is of. */
  readonly appId: string;
  /** A reference: where to look, nothing more. */
  readonly value: string;
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
}

/** @throws ZodError on anything that is not a press of a button on a message */
export function pressOf(body: unknown): Pressed {
  const press = Press.parse(body);
  const [action] = z.tuple([Press.shape.actions.element], z.unknown()).parse(press.actions);
  const { message_ts: ts = "", channel_id: channel = "" } = press.container;
  const threadTs = press.message?.thread_ts;
  return {
    principal: principalOf(press),
    ...pressed(action),
    actionTs: action.action_ts,
    triggerId: press.trigger_id,
    appId: press.api_app_id,
    ...{ channel, ts },
    ...(threadTs === undefined ? {} : { threadTs }),
  };
}

/** An option of a card's menu acts as a button would that has its value as id; the reference is its block's id. */
function pressed(action: z.infer<typeof Press>["actions"][number]): Pick<Pressed, "actionId" | "value"> {
  const option = action.selected_option?.value;
  if (option === undefined) return { actionId: action.action_id, value: action.value };
  return { actionId: option, value: action.block_id };
}

export interface SubmittedForm {
  readonly principal: Principal;
  readonly viewId: string;
  readonly appId: string;
  readonly callbackId: string;
  readonly privateMetadata: string;
  /** What was typed or chosen in a field; trimmed, empty when nothing was. */
  field(name: string): string;
}

/** @throws ZodError */
export function formOf(body: unknown): SubmittedForm {
  const { view, api_app_id: appId, ...who } = Submitted.parse(body);
  return {
    principal: principalOf(who),
    appId,
    viewId: view.id,
    callbackId: view.callback_id,
    privateMetadata: view.private_metadata,
    field: (name) => fieldOf(view.state.values[name]?.[name]),
  };
}

const Chosen = z.object({ value: z.string() });
const Field = z
  .object({
    value: z.string().nullish(),
    selected_option: Chosen.nullish(),
    selected_options: z.array(Chosen).nullish(),
    selected_user: z.string().nullish(),
  })
  .catch({});

/** One of: what was picked, who, the boxes ticked (comma-separated), what was typed. */
function fieldOf(state: unknown): string {
  const { selected_option: option, selected_user: user, selected_options: boxes, value } = Field.parse(state);
  const ticked = boxes?.map((box) => box.value).join(",");
  return (option?.value ?? user ?? ticked ?? value ?? "").trim();
}

/** The person's own team: for somebody from a shared channel it is not ours. */
function principalOf({ user, team }: z.infer<typeof Who>): Principal {
  return { team: user.team_id ?? team?.id ?? "", user: user.id };
}
