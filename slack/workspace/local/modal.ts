/** A person submits or closes a modal, and the app's acknowledgement says what becomes of it. */
import { z } from "zod";
import { checkView } from "../block-kit/check.ts";
import { viewClosed, viewSubmission } from "../payloads.ts";
import { LocalError, SlackError } from "../slack-error.ts";
import type { OpenView } from "../store/views.ts";
import { pushModal, replaceView } from "../web-api/views.ts";
import type { World } from "../world.ts";
import { parseBlocks } from "./click.ts";
import { person } from "./people.ts";
import type { CloseRequest, SubmitRequest } from "./requests.ts";
import { applyValues, clientErrors } from "./values.ts";
import { ackOf, startWatch } from "./watch.ts";
import type { Shown } from "./watch.ts";

const TROUBLE = "We had some trouble connecting. Try again?";

const answerSchema = z.union([
  z.strictObject({ response_action: z.literal("errors"), errors: z.record(z.string(), z.string().min(1)) }),
  z.strictObject({ response_action: z.enum(["update", "push"]), view: z.unknown() }),
  z.strictObject({ response_action: z.literal("clear") }),
  z.strictObject({ response_action: z.undefined().optional() }),
]);

type Answer = z.infer<typeof answerSchema>;

function ownModal(world: World, userId: string, viewId: string): OpenView {
  const open = world.views.find(viewId);
  if (open?.user !== userId || open.view.type !== "modal")
    throw new LocalError("view_not_found", `view_id: ${userId} has no modal ${viewId} open`, { status: 404 });
  return open;
}

/** Does what the acknowledgement says. Returns errors to show under the fields. */
function obey(world: World, open: OpenView, answer: Answer): Record<string, string> {
  switch (answer.response_action) {
    case "errors": {
      const inputs = parseBlocks(open.view.blocks).filter((block) => block.type === "input");
      const strange = Object.keys(answer.errors).filter(
        (id) => !inputs.some((block) => block.block_id === id),
      );
      if (strange.length > 0)
        throw new SlackError("invalid_errors", [`no input block is called ${strange.join(", ")}`]);
      return answer.errors;
    }
    case "update":
      replaceView(world, open, checkView(answer.view, "modal", world.newId));
      return {};
    case "push":
      pushModal(world, open.user, checkView(answer.view, "modal", world.newId));
      return {};
    case "clear":
      world.views.clear(open.user);
      break;
    case undefined:
      world.views.remove(open.view.id);
  }
  world.feed.emit({ kind: "modal", user: open.user });
  return {};
}

function applyAnswer(
  world: World,
  open: OpenView,
  payload: unknown,
): { errors: Record<string, string>; fault?: string } {
  const answer = answerSchema.safeParse(payload ?? {});
  if (!answer.success)
    return { errors: {}, fault: `the app's response_action is not valid: ${answer.error.message}` };
  try {
    return { errors: obey(world, open, answer.data) };
  } catch (error) {
    if (error instanceof SlackError) return { errors: {}, fault: error.message };
    throw error;
  }
}

export async function submit(world: World, request: SubmitRequest): Promise<Shown> {
  const user = person(world, request.user);
  const { view } = ownModal(world, user.id, request.view_id);
  const blocks = parseBlocks(view.blocks);
  const values = applyValues(blocks, view.state.values, request.values);
  const filled = { ...view, state: { values } };
  world.views.save(user.id, filled);
  const early = clientErrors(blocks, values);
  if (Object.keys(early).length > 0)
    return {
      ok: false,
      error: "invalid_input",
      ack: null,
      ephemerals: [],
      messages: [],
      view: filled,
      errors: early,
    };

  const finish = startWatch(world, user.id);
  const payload = viewSubmission(world, user, filled);
  const receipt = await world.sockets.deliver({
    type: "interactive",
    payload,
    accepts_response_payload: true,
  });
  const ack = ackOf(receipt);
  if (receipt.outcome !== "acked")
    return {
      ok: false,
      error: "operation_timed_out",
      reason: TROUBLE,
      ...(await finish(0)),
      ack,
      errors: {},
    };
  const { errors, fault } = applyAnswer(world, { user: user.id, view: filled }, receipt.payload);
  const shown = { ...(await finish(request.settle_ms)), ack, errors };
  if (fault !== undefined)
    return { ok: false, error: "invalid_response", reason: `${TROUBLE} (${fault})`, ...shown };
  return { ok: Object.keys(errors).length === 0, ...shown };
}

export async function close(world: World, request: CloseRequest): Promise<Shown> {
  const user = person(world, request.user);
  const { view } = ownModal(world, user.id, request.view_id);
  const all = request.all || view.clear_on_close;
  if (all) world.views.clear(user.id);
  else world.views.remove(view.id);
  const finish = startWatch(world, user.id);
  world.feed.emit({ kind: "modal", user: user.id });
  if (!view.notify_on_close) return { ok: true, ...(await finish(0)), ack: null, errors: {} };
  const payload = viewClosed(world, user, { view, all });
  const receipt = await world.sockets.deliver({
    type: "interactive",
    payload,
    accepts_response_payload: false,
  });
  return { ok: true, ...(await finish(request.settle_ms)), ack: ackOf(receipt), errors: {} };
}
