import { z } from "zod";
import { checkView } from "../block-kit/check.ts";
import type { ViewDraft } from "../block-kit/check.ts";
import { LIMITS } from "../limits.ts";
import { SlackError } from "../slack-error.ts";
import type { OpenView } from "../store/views.ts";
import type { View } from "../wire.ts";
import { buildView } from "../wire-views.ts";
import { findUser } from "../world.ts";
import type { World } from "../world.ts";
import { known } from "./known.ts";
import { json, method } from "./method.ts";

function drafted(world: World, view: unknown, wanted: "modal" | "home"): ViewDraft {
  const draft = checkView(view, wanted, world.newId);
  return { ...draft, blocks: known(draft.blocks, "invalid_arguments", world) };
}

function unused(world: World, draft: ViewDraft, own?: string): void {
  if (draft.external_id === undefined || draft.external_id === "") return;
  const other = world.views.findExternal(draft.external_id);
  if (other !== undefined && other.view.id !== own) throw new SlackError("duplicate_external_id");
}

/** Opens a modal over nothing; whatever the person had open is gone. */
export function openModal(world: World, user: string, draft: ViewDraft): View {
  unused(world, draft);
  const id = world.newId("V");
  world.views.clear(user);
  const view = buildView(world, draft, { id, root: id, previous: null });
  world.views.save(user, view);
  world.feed.emit({ kind: "modal", user });
  return view;
}

/** Puts a modal on top of the one the person is in. Throws `push_limit_reached` over three. */
export function pushModal(world: World, user: string, draft: ViewDraft): View {
  const stack = world.views.stack(user);
  const under = stack.at(-1);
  if (under === undefined) return openModal(world, user, draft);
  if (stack.length >= LIMITS.viewDepth) throw new SlackError("push_limit_reached");
  unused(world, draft);
  const was = { id: world.newId("V"), root: under.root_view_id, previous: under.id };
  const view = buildView(world, draft, was);
  world.views.save(user, view);
  world.feed.emit({ kind: "modal", user });
  return view;
}

export function replaceView(world: World, open: OpenView, draft: ViewDraft): View {
  unused(world, draft, open.view.id);
  const { id, root_view_id: root, previous_view_id: previous, state } = open.view;
  const view = buildView(world, draft, { id, root, previous, values: state.values });
  world.views.save(open.user, view);
  world.feed.emit({ kind: open.view.type, user: open.user });
  return view;
}

const triggered = z.object({
  trigger_id: z.string().optional(),
  interactivity_pointer: z.string().optional(),
  view: json,
});

function spend(world: World, args: z.infer<typeof triggered>): { user: string; viewId: string | undefined } {
  const trigger = args.trigger_id ?? args.interactivity_pointer;
  if (trigger === undefined)
    throw new SlackError("invalid_arguments", ["[ERROR] missing required field: trigger_id [json-pointer:]"]);
  return world.tickets.spend(trigger);
}

const open = method({
  args: triggered,
  run: (world, args) => {
    const draft = drafted(world, args.view, "modal");
    return { view: openModal(world, spend(world, args).user, draft) };
  },
});

const push = method({
  args: triggered,
  run: (world, args) => {
    const draft = drafted(world, args.view, "modal");
    const { user, viewId } = spend(world, args);
    if (viewId === undefined || world.views.find(viewId) === undefined) throw new SlackError("not_found");
    return { view: pushModal(world, user, draft) };
  },
});

const update = method({
  args: z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view: json,
  }),
  run: (world, args) => {
    const byId = args.view_id === undefined ? undefined : world.views.find(args.view_id);
    const found =
      byId ?? (args.external_id === undefined ? undefined : world.views.findExternal(args.external_id));
    if (found === undefined) throw new SlackError("not_found");
    if (args.hash !== undefined && args.hash !== found.view.hash) throw new SlackError("hash_conflict");
    return { view: replaceView(world, found, drafted(world, args.view, found.view.type)) };
  },
});

const publish = method({
  args: z.object({ user_id: z.string(), hash: z.string().optional(), view: json }),
  run: (world, args) => {
    const user = findUser(world, args.user_id);
    if (user === undefined || user.deleted)
      throw new SlackError("invalid_arguments", ["[ERROR] user not found [json-pointer:/user_id]"]);
    const draft = drafted(world, args.view, "home");
    const before = world.views.home(user.id);
    if (args.hash !== undefined && args.hash !== before?.hash) throw new SlackError("hash_conflict");
    if (before !== undefined) return { view: replaceView(world, { user: user.id, view: before }, draft) };
    const id = world.newId("V");
    const view = buildView(world, draft, { id, root: id, previous: null });
    world.views.save(user.id, view);
    world.feed.emit({ kind: "home", user: user.id });
    return { view };
  },
});

export const views = {
  "views.open": open,
  "views.push": push,
  "views.update": update,
  "views.publish": publish,
};
