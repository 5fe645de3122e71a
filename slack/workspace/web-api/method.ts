/** How one Web API method is described, and the kinds of argument they share. */
import { z } from "zod";
import { slackFaults } from "../block-kit/faults.ts";
import type { Conversation } from "../store/conversations.ts";
import { SlackError } from "../slack-error.ts";
import { appIsMember } from "../world.ts";
import type { World } from "../world.ts";

export interface Method {
  token: "bot" | "app";
  /** OAuth scopes of which the app needs one; none: any token will do. */
  scopes: readonly string[];
  run(world: World, raw: unknown): Record<string, unknown>;
}

export function method<S extends z.ZodType>(definition: {
  scopes?: readonly string[];
  token?: "bot" | "app";
  args: S;
  run(world: World, args: z.infer<S>): Record<string, unknown>;
}): Method {
  return {
    token: definition.token ?? "bot",
    scopes: definition.scopes ?? [],
    run: (world, raw) => {
      const args = definition.args.safeParse(raw);
      if (!args.success) throw new SlackError("invalid_arguments", slackFaults(args.error, []));
      return definition.run(world, args.data);
    },
  };
}

const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  false: false,
  "0": false,
  "": false,
};

/** Forms send `true` as text. */
export const flag = z.preprocess(
  (value) =>
    typeof value === "string" || typeof value === "number" ? (TRUTH[String(value)] ?? value) : value,
  z.boolean().optional(),
);

export const number = z.preprocess(
  (value) => (typeof value === "string" && value !== "" ? Number(value) : value === "" ? undefined : value),
  z.int().optional(),
);

/** Forms send objects and lists as JSON text; what is no JSON is left for the check to refuse. */
export const json = z.unknown().transform((value) => {
  if (typeof value !== "string") return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
});

export const timestamp = z.preprocess(
  (value) => (value === "" ? undefined : typeof value === "number" ? String(value) : value),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, "expected a message timestamp such as 1732322222.000100")
    .optional(),
);

export function conversationOf(world: World, id: string): Conversation {
  const found = world.conversations.find(id);
  if (found === undefined) throw new SlackError("channel_not_found");
  return found;
}

/** A channel the app can read. Slack hides private channels it is not in. */
export function readableConversation(world: World, id: string): Conversation {
  const found = conversationOf(world, id);
  if (appIsMember(world, found)) return found;
  throw new SlackError(found.kind === "private" ? "channel_not_found" : "not_in_channel");
}

export const page = { cursor: z.string().optional(), limit: number };

/** One page of a list; the cursor is the offset, as opaque to the caller as Slack's. */
export function paginate<T>(
  items: readonly T[],
  asked: { cursor?: string | undefined; limit?: number | undefined },
  most: number,
): { items: T[]; next: string } {
  const offset = asked.cursor === undefined || asked.cursor === "" ? 0 : decode(asked.cursor);
  const limit = Math.min(asked.limit === undefined || asked.limit <= 0 ? most : asked.limit, most);
  const end = offset + limit;
  return {
    items: items.slice(offset, end),
    next: end < items.length ? Buffer.from(`next:${end}`).toString("base64") : "",
  };
}

function decode(cursor: string): number {
  const match = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString("utf8"));
  if (match?.[1] === undefined) throw new SlackError("invalid_cursor");
  return Number(match[1]);
}
