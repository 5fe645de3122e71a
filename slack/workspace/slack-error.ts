/**
 * What Slack answers when it will not do something: `code` is Slack's own string (`channel_not_found`),
 * `messages` are the lines of `response_metadata.messages`, one per fault, each ending in a JSON pointer.
 */
export class SlackError extends Error {
  override readonly name = "SlackError";
  readonly code: string;
  readonly messages: readonly string[];

  constructor(code: string, messages: readonly string[] = []) {
    super([code, ...messages].join("\n"));
    this.code = code;
    this.messages = messages;
  }

  /** The body Slack sends with HTTP 200. */
  body(): Record<string, unknown> {
    if (this.messages.length === 0) return { ok: false, error: this.code };
    return { ok: false, error: this.code, response_metadata: { messages: [...this.messages] } };
  }
}

/** A fault in what a person's side asked for (`/local/…`): HTTP status and a reason to show. */
export class LocalError extends Error {
  override readonly name = "LocalError";
  readonly status: number;
  readonly code: string;
  readonly issues: readonly { path: string; reason: string }[];

  constructor(
    code: string,
    reason: string,
    options: { status?: number; issues?: LocalError["issues"] } = {},
  ) {
    super(reason);
    this.code = code;
    this.status = options.status ?? 400;
    this.issues = options.issues ?? [];
  }

  body(): Record<string, unknown> {
    return { ok: false, error: this.code, reason: this.message, issues: this.issues };
  }
}
