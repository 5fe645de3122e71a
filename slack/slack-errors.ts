/** What a failed Web API call means for who made it: wait, give up, or the message is gone. */
import { ErrorCode } from "@slack/web-api";
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { SlackDown } from "./outbox.ts";

const Failed = z.object({ code: z.enum(ErrorCode) });
const RateLimited = z.object({ code: z.literal(ErrorCode.RateLimitedError), retryAfter: z.number() });
const Platform = z.object({
  code: z.literal(ErrorCode.PlatformError),
  data: z.object({ error: z.string() }),
});

/** Slack's own faults: the call may or may not have taken effect. */
const theirs = [
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
];
/** Ours to put right, and nothing will work until then. */
const shutOut = [
  ...["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission"],
  ...["missing_scope", "org_login_required", "ekm_access_denied", "access_denied", "team_access_not_granted"],
];
export const goneErrors: readonly string[] = [
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
];

/** Slack's error code ("channel_not_found"), if Slack answered with one. */
export function platformError(error: unknown): string | undefined {
  const parsed = Platform.safeParse(error);
  return parsed.success ? parsed.data.data.error : undefined;
}

/** The error to throw instead: `SlackDown` where waiting helps, else what Slack said. */
export function slackFailure(method: string, error: unknown): HatrackError {
  const limited = RateLimited.safeParse(error);
  if (limited.success) {
    return down(method, {
      why: "rate limited",
      retryAfterMs: limited.data.retryAfter * 1000,
      unsure: false,
      error,
    });
  }
  const code = platformError(error);
  if (code === undefined) {
    if (!Failed.safeParse(error).success) return failed(method, reasonOf(error), error);
    return down(method, { why: reasonOf(error), retryAfterMs: 5_000, unsure: true, error });
  }
  if (code === "ratelimited" || code === "rate_limited") {
    return down(method, { why: code, retryAfterMs: 30_000, unsure: false, error });
  }
  if (theirs.includes(code)) return down(method, { why: code, retryAfterMs: 5_000, unsure: true, error });
  if (shutOut.includes(code)) return down(method, { why: code, retryAfterMs: 60_000, unsure: false, error });
  return failed(method, code, error);
}

function down(
  method: string,
  what: { why: string; retryAfterMs: number; unsure: boolean; error: unknown },
): SlackDown {
  const { retryAfterMs, unsure, error: cause } = what;
  return new SlackDown(`slack: ${method} did not go through: ${what.why}`, { retryAfterMs, unsure, cause });
}

function failed(method: string, why: string, cause: unknown): HatrackError {
  return new HatrackError("slack_refused", `slack: ${method} was refused: ${why}`, { cause });
}
