/** A message that Slack would not take whole: its words. */
import { ours, type Ours } from "../text.ts";

export const tooLongForSlack = (missing: number, hash: Ours): Ours =>
  ours`… ${missing} more characters, sha256 ${hash}: this message is too long for Slack.`;
