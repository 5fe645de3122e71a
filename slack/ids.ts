/**
 * Every name that hatrack and Slack must agree on, once: action ids, callback ids, commands, events, metadata.
 * manifest.yml is checked against this file by a test.
 */

/**
 * What a person presses. "gate.*" lead to a decision on a proposal, "case.*" to one on a case; "finding.*" and
 * "answer.*" stand under what was found or answered; "tuning.*" under a proposed tuning, "sample.*" under a case to
 * label; "open.*" are links, which also send a click.
 */
export const slackActions = {
  authorise: "gate.authorise",
  authoriseAll: "gate.authorise_all",
  reject: "gate.reject",
  needInfo: "gate.need_info",
  answer: "gate.answer_info",
  onIt: "gate.assign",
  markDone: "gate.mark_done",
  couldNotDo: "gate.could_not_do",
  more: "gate.more",
  evidence: "finding.evidence",
  right: "finding.right",
  wrong: "finding.wrong",
  openForm: "case.form",
  acceptTuning: "tuning.accept",
  declineTuning: "tuning.decline",
  tuningFilter: "tuning.filter",
  labelCase: "sample.label",
  share: "answer.share",
  openConsole: "open.console",
  openCard: "open.card",
} as const;

/** Options of a card's menu: each acts as a button with this id would. */
export const menuActions = {
  edit: "gate.edit",
  handTo: "gate.hand_to",
  snooze: "gate.snooze",
  revoke: "gate.revoke",
  rolledBack: "gate.rolled_back",
  proof: "gate.evidence",
} as const;
export type MenuAction = keyof typeof menuActions;

/** Forms, by the callback id of their modal. */
export const forms = {
  authorise: "gate.authorise.form",
  authoriseAll: "gate.authorise_all.form",
  edit: "gate.edit.form",
  reject: "gate.reject.form",
  needInfo: "gate.need_info.form",
  answer: "gate.answer_info.form",
  handTo: "gate.hand_to.form",
  snooze: "gate.snooze.form",
  revoke: "gate.revoke.form",
  couldNotDo: "gate.could_not_do.form",
  rolledBack: "gate.rolled_back.form",
  label: "case.label.form",
  close: "case.close.form",
  assign: "case.assign.form",
  attach: "case.attach.form",
  mute: "case.mute.form",
  pause: "case.pause.form",
  declineTuning: "tuning.decline.form",
} as const;

/** Message shortcuts. */
export const shortcuts = { attach: "case.attach" } as const;

/** Inputs of the forms: block id and action id are the same word. */
export const fields = {
  ...{ category: "category", reason: "reason", question: "question", note: "note" },
  answer: "answer",
  ...{ target: "target", role: "role", person: "person", minutes: "minutes" },
  ...{ verdict: "verdict", caseId: "case", to: "to", rule: "rule", host: "host", hours: "hours" },
  severities: "severities",
} as const;

export const slashCommand = "/soc";

/** Events API subscriptions of the bot. */
export const botEvents = [
  "app_home_opened",
  "app_mention",
  "subteam_members_changed",
  "subteam_updated",
  "user_change",
] as const;

/** The metadata of every message we post: what a search for our own message matches on. */
export const metadataEventType = "hatrack";

/** Consumer groups of the log, one a lane. */
export const lanes = {
  gate: "slack-gate",
  direct: "slack-direct",
  case: "slack-case",
  digest: "slack-digest",
  ops: "slack-ops",
  picture: "slack-picture",
} as const;

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
  "files.completeUploadExternal": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read", "users:read.email"],
  "views.open": [],
  "views.publish": [],
} as const;
