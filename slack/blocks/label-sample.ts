/** A few random cases that nobody was asked about: what a person finds of them says what is missed. */
import type { KnownBlock } from "@slack/types";
import { slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { richText, section, text } from "../rich.ts";
import { caseRef, configured, mrkdwn, ours, plain, type Markup } from "../text.ts";
import { buttons } from "../words/shared.ts";
import { caseLine, counted, head, small, type DigestLook } from "./digest-parts.ts";
import * as say from "../words/label-sample.ts";

export interface SampledDay {
  /** "2026-03-02" */
  readonly day: string;
  readonly caseIds: readonly string[];
  /** How many cases of the day nobody was asked about. */
  readonly of: number;
}

/** @param mention of the on-call role that is called */
export function labelSample(days: readonly SampledDay[], look: DigestLook, mention?: Markup): Message {
  const caseIds = days.flatMap((sampled) => sampled.caseIds);
  const named = days.map(({ day }) => configured(day));
  const [first = ours``, ...others] = named;
  const of = others.length === 0 ? first : say.to(first, others.at(-1) ?? first);
  return {
    text: say.toLabelSpoken(counted(caseIds.length, "random case")),
    blocks: [
      head(say.wasAnythingMissed),
      ...(mention === undefined ? [] : [{ type: "section", text: mrkdwn`${mention}` } as const]),
      richText(
        section(
          text(say.drawnAtRandom(counted(caseIds.length, "case"), of)),
          text(say.whatYouFindIsHowHatrack),
        ),
      ),
      ...caseIds.flatMap((caseId) => caseBlocks(caseId, look)),
      small(say.howALabelCounts),
    ],
  };
}

/** Without the roles' verdict: who has read an answer finds that answer. */
function caseBlocks(caseId: string, look: DigestLook): KnownBlock[] {
  const ref = caseRef(caseId);
  const { verdict: _, ...unjudged } = look.cases.get(caseId) ?? {};
  return [
    richText(section(...caseLine(caseId, { ...look, cases: new Map([[caseId, unjudged]]) }))),
    {
      type: "actions",
      block_id: `sample.${ref}`,
      elements: [
        { type: "button", action_id: slackActions.labelCase, text: plain(buttons.labelCase), value: ref },
      ],
    },
  ];
}
