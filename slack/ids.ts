/**
 * Every name that hatrack and Slack must agree on, once: action ids, callback ids, commands, events, metadata.
 * manifest.yml is checked against this file by a test.
 */

/** What a person presses. "gate.*" lead to a decision; "open.*" are links, which also send a click. */
export const slackActions = {
  authorise: "gate.authorise",
  reject: "gate.reject",
  needInfo: "gate.need_info",
  onIt: "gate.assign",
  markDone: "gate.mark_done",
  couldNotDo: "gate.could_not_do",
  evidence: "finding.evidence",
  openConsole: "open.console",
  openCard: "open.card",
} as const;

/** Forms, by the callback id of their modal. */
export const forms = {
  authorise: "gate.authorise.form",
  reject: "gate.reject.form",
  needInfo: "gate.need_info.form",
  couldNotDo: "gate.could_not_do.form",
} as const;

/** Inputs of the forms: block id and action id are the same word. */
export const fields = { category: "category", reason: "reason", question: "question", note: "note" } as const;

export const slashCommand = "/soc";

/** Events API subscriptions of the bot. */
export const botEvents = ["subteam_members_changed", "subteam_updated", "user_change"] as const;

/** The metadata of every message we post: what a search for our own message matches on. */
export const metadataEventType = "hatrack";

/** Consumer groups of the log, one a lane. */
export const lanes = { gate: "slack-gate", case: "slack-case" } as const;

export const eventSource = "/frontends/slack";

/** Bot scopes that each Web API method we call needs (docs.slack.dev/reference/methods, read 2026-11). */
export const scopesOf = {
  "auth.test": [],
  "bots.info": ["users:read"],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.delete": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history", "metadata.message:read"],
  "conversations.list": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history", "im:history", "metadata.message:read"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read", "users:read.email"],
  "views.open": [],
} as const;
