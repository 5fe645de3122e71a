/** Buttons and menus of every surface: each is handed to what it is about; what nobody listens to is said so. */
import type { App } from "@slack/bolt";
import { pressGate } from "./card-press.ts";
import { pressFinding } from "./finding-press.ts";
import type { FrontDesk } from "./front-desk.ts";
import { isKnown } from "./known-ids.ts";
import { pressOf } from "./payloads.ts";
import { pressSample, pressTuning } from "./tuning-press.ts";
import { noLongerHandled } from "./words/shared.ts";

export function registerActions(app: App, front: FrontDesk): void {
  app.action({ type: "block_actions", action_id: /^gate\./ }, async ({ ack, body }) => {
    await pressGate(front, pressOf(body), () => ack());
  });
  app.action({ type: "block_actions", action_id: /^finding\./ }, async ({ ack, body }) => {
    await pressFinding(front, pressOf(body), () => ack());
  });
  app.action({ type: "block_actions", action_id: /^tuning\./ }, async ({ ack, body }) => {
    await pressTuning(front, pressOf(body), () => ack());
  });
  app.action({ type: "block_actions", action_id: /^sample\./ }, async ({ ack, body }) => {
    await pressSample(front, pressOf(body), () => ack());
  });
  // Links open by themselves and still send a click that must be acknowledged.
  app.action({ type: "block_actions", action_id: /^open\./ }, async ({ ack }) => ack());
  app.action({ type: "block_actions", action_id: /.*/ }, async ({ ack, body, action }) => {
    if ("action_id" in action && isKnown(action.action_id)) return;
    await ack();
    await front.tell(pressOf(body), noLongerHandled);
  });
}
