/**
 * What Slack sends names the app it is for. Anything for another one (a receiver that two apps share, a token of the
 * wrong app) goes no further than here, whatever it is: a press, a form, a command, a mention, a shortcut.
 */
import type { Middleware, AnyMiddlewareArgs } from "@slack/bolt";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";

const Sent = z.looseObject({ type: z.string().default(""), api_app_id: z.string().optional() });

/** Slack documents no app for these; they come over our own connection alone. */
const unnamed: ReadonlySet<string> = new Set(["message_action", "shortcut"]);

export function isForUs(body: unknown, appId: string): boolean {
  const { type, api_app_id: named } = Sent.catch({ type: "" }).parse(body);
  return named === undefined ? unnamed.has(type) : named === appId;
}

export function ownAppOnly(appId: string, diagnostics: Diagnostics): Middleware<AnyMiddlewareArgs> {
  return async (args) => {
    if (isForUs(args.body, appId)) return args.next();
    diagnostics.error(
      { expected: appId },
      "slack: something for another app came to this one; nothing was done",
    );
    // It has arrived, and will not be sent again; nobody else is told.
    if ("ack" in args && args.ack !== undefined) await args.ack();
  };
}
