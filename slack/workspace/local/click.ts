/** A person presses a button or picks something, in a message, a modal or App Home. */
import { z } from "zod";
import { blockSchema } from "../block-kit/blocks-schema.ts";
import type { Block } from "../block-kit/blocks-schema.ts";
import { placed } from "../block-kit/elements.ts";
import type { Placed } from "../block-kit/elements.ts";
import { initialState, optionsOf, stateValue, ValueFault } from "../block-kit/state.ts";
import type { User } from "../directory.ts";
import { messageAction, viewAction } from "../payloads.ts";
import { LocalError } from "../slack-error.ts";
import type { View } from "../wire.ts";
import type { World } from "../world.ts";
import { messageOf, person, placeOf } from "./people.ts";
import type { ClickRequest } from "./requests.ts";
import { applyValues } from "./values.ts";
import { ackOf, startWatch } from "./watch.ts";
import type { Shown } from "./watch.ts";

const TIMED_OUT = "Operation timed out. Apps need to respond within 3 seconds.";

export function parseBlocks(blocks: readonly unknown[] | undefined): Block[] {
  return z.array(blockSchema).parse(blocks ?? []);
}

function valueMatches(found: Placed, value: unknown): boolean {
  if (found.element.type === "button") return found.element.value === value;
  return optionsOf(found.element).some((option) => option.value === value);
}

/** The one element that is meant. An `action_id` may stand in several blocks; then block or value decides. */
function pick(blocks: readonly Block[], click: ClickRequest): Placed {
  const named = placed(blocks).filter(
    (found) => found.actionId === click.action_id && (click.block_id ?? found.blockId) === found.blockId,
  );
  const exact = named.length > 1 ? named.filter((found) => valueMatches(found, click.value)) : named;
  const [only, another] = exact;
  if (only === undefined)
    throw new LocalError("action_not_found", `action_id: nothing here is called ${click.action_id}`, {
      status: 409,
    });
  if (another !== undefined)
    throw new LocalError(
      "action_ambiguous",
      `action_id: ${click.action_id} stands in several blocks; say which block_id`,
    );
  return only;
}

/** The entry of `actions` for this press. */
function describe(found: Placed, click: ClickRequest): Record<string, unknown> {
  const { element } = found;
  const ids = { action_id: found.actionId, block_id: found.blockId, type: element.type };
  if (element.type === "button")
    return {
      ...ids,
      text: element.text,
      ...(element.value === undefined ? {} : { value: element.value }),
      ...(element.style === undefined ? {} : { style: element.style }),
    };
  try {
    return { ...stateValue(element, click.value), ...ids };
  } catch (error) {
    if (error instanceof ValueFault) throw new LocalError("invalid_value", `value: ${error.message}`);
    throw error;
  }
}

function ownView(world: World, user: User, viewId: string): View {
  const open = world.views.find(viewId);
  if (open?.user !== user.id)
    throw new LocalError("view_not_found", `view_id: ${user.real_name} has no view ${viewId} open`, {
      status: 404,
    });
  return open.view;
}

function inView(
  world: World,
  user: User,
  click: ClickRequest & { view_id: string },
): Record<string, unknown> {
  const view = ownView(world, user, click.view_id);
  const blocks = parseBlocks(view.blocks);
  const found = pick(blocks, click);
  const action = describe(found, click);
  const entered = applyValues(blocks, view.state.values, click.values ?? {});
  const { action_id: _id, block_id: _block, ...value } = action;
  if (found.element.type !== "button" && found.element.type !== "overflow")
    entered[found.blockId] = { ...entered[found.blockId], [found.actionId]: value };
  const next = { ...view, state: { values: entered } };
  world.views.save(user.id, next);
  return viewAction(world, user, { view: next, action });
}

function inMessage(world: World, user: User, click: ClickRequest): Record<string, unknown> {
  const conversation = placeOf(world, user, click.channel ?? "");
  const stored = messageOf(world, user, { channel: conversation.id, ts: click.ts ?? "" });
  const blocks = parseBlocks(stored.message.blocks);
  const action = describe(pick(blocks, click), click);
  const values = applyValues(blocks, initialState(blocks), click.values ?? {});
  return messageAction(world, user, { conversation, stored, action, values });
}

export async function click(world: World, request: ClickRequest): Promise<Shown> {
  const user = person(world, request.user);
  const { view_id: viewId } = request;
  const payload =
    viewId === undefined
      ? inMessage(world, user, request)
      : inView(world, user, { ...request, view_id: viewId });
  const finish = startWatch(world, user.id);
  const receipt = await world.sockets.deliver({
    type: "interactive",
    payload,
    accepts_response_payload: false,
  });
  const shown = await finish(request.settle_ms);
  const base = { ...shown, ack: ackOf(receipt), errors: {} };
  if (receipt.outcome === "acked") return { ok: true, ...base };
  return { ok: false, error: "operation_timed_out", reason: TIMED_OUT, ...base };
}
