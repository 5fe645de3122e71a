/** The shift's summary: counts that add up, what waits for whom, and what the gate cost people. */
import type { KnownBlock, RichTextElement, RichTextSection } from "@slack/types";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Picture } from "../../src/seams/pictures.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, date, dotted, link, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, untrusted, type Ours } from "../text.ts";
import {
  atMost,
  caseLink,
  counted,
  dot,
  head,
  more,
  pictureBlock,
  windowLine,
  wording,
  type DigestLook,
} from "./digest-parts.ts";
import * as say from "../words/shift-digest.ts";

export type ShiftEvent = KnownEvent<"shift.summarised">;
type Shift = ShiftEvent["data"];
export type OpenApproval = Shift["openApprovals"][number];

/** Lines of open approvals, over all roles; each role that is asked has some. */
const namedAsks = 18;
const namedRoles = 6;

/** The approvals that are listed: what is to be looked up for them. */
export function namedApprovals({ openApprovals }: Shift): OpenApproval[] {
  return byRole(openApprovals).flatMap(({ asks }) => asks.flatMap(({ asked }) => asked));
}

/** Nothing came in, nobody was asked and nothing waits: there is nothing to say. */
export function isQuiet({ counts, openApprovals }: Shift): boolean {
  return openApprovals.length === 0 && Object.values(counts).every((count) => count === 0);
}

export function shiftMessage({ data }: ShiftEvent, look: DigestLook): Message {
  const count = countsOf(data);
  const open = data.openApprovals.length;
  return {
    text: say.shiftSummarySpoken(counted(count("received"), "alert"), counted(open, "open approval")),
    blocks: [
      head(say.shiftSummary(counted(count("received"), "alert"), counted(open, "open approval"))),
      richText(section(...windowLine(data.window))),
      ...wording(data),
      ...pictureBlock(look.picture, shiftAlt(data)),
      richText(bullets(countLines(data).map((line) => section(...line)))),
      ...openBlocks(data.openApprovals, look),
      ...loadBlocks(data.load ?? []),
    ],
  };
}

type Count = (what: string) => number;

function countsOf({ counts }: Shift): Count {
  return (what) => (Object.hasOwn(counts, what) ? (counts[what] ?? 0) : 0);
}

const fates = ["triaged", "failed", "dead", "waiting", "grouped", "suppressed"] as const;
const judged = ["true_positive", "suspicious", "insufficient_data", "benign", "false_positive"] as const;

function countLines(data: Shift): RichTextElement[][] {
  const count = countsOf(data);
  const unseen = count("failed") + count("dead") + count("waiting");
  const received = count("received");
  const parts = fates
    .filter((fate) => count(fate) > 0)
    .map((fate) => ours`${count(fate)} ${configured(fate)}`);
  const verdicts = judged
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => ours`${count(verdict)} ${configured(verdict.replaceAll("_", " "))}`);
  return [
    [bold(counted(received, "alert")), ...list(ours`: `, parts), ...mismatch(received, fates.map(count))],
    ...(count("triaged") === 0
      ? []
      : [
          [
            bold(say.triaged(count("triaged"))),
            ...list(ours`: `, verdicts),
            text(say.escalated(count("escalated"))),
            ...mismatch(count("triaged"), judged.map(count)),
          ],
        ]),
    ...(unseen === 0 ? [] : [[bold(say.nobodyHasLookedAt(counted(unseen, "alert")))]]),
    ...(count("unreadable") === 0 ? [] : [[bold(say.couldNotBeRead(counted(count("unreadable"), "alert")))]]),
    peopleLine(count),
  ];
}

function list(before: Ours, parts: readonly Ours[]): RichTextElement[] {
  if (parts.length === 0) return [];
  return [
    text(before),
    ...dotted(
      parts.map((part) => [text(part)]),
      ours`, `,
    ),
  ];
}

/** Said rather than hidden: a report whose parts are not its whole is wrong somewhere. */
function mismatch(whole: number, parts: readonly number[]): RichTextElement[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  return sum === whole ? [] : [bold(say.theseDoNotAddUpOf(sum, whole))];
}

function peopleLine(count: Count): RichTextElement[] {
  const said = (["authorised", "rejected", "expired"] as const).map(
    (what) => ours`${count(what)} ${configured(what)}`,
  );
  const notDone = count("authorised_not_done");
  const open = notDone === 0 ? [] : [text(ours`; `), bold(say.authorisedAndNotDone(notDone))];
  const none = count("authorised") + count("rejected") + count("expired") + count("carried_out") === 0;
  if (none) return [bold(say.people), text(say.decidedNothing), ...open];
  return [bold(say.people), ...list(ours`: `, [...said, say.carriedOut(count("carried_out"))]), ...open];
}

/** What one role is asked of one case: a plan's approvals are answered together. */
interface AskedOfCase {
  readonly caseId: string;
  readonly asked: readonly OpenApproval[];
}

interface AskedOfRole {
  readonly addressed: string;
  readonly open: number;
  /** The longest waiting, as the report has them. */
  readonly asks: readonly AskedOfCase[];
}

function byRole(open: readonly OpenApproval[]): AskedOfRole[] {
  const roles = [...Map.groupBy(open, ({ addressed }) => addressed)].slice(0, namedRoles);
  const each = Math.floor(namedAsks / Math.max(1, roles.length));
  return roles.map(([addressed, asked]) => {
    const cases = [...Map.groupBy(asked, ({ caseId }) => caseId)].slice(0, each);
    const asks = cases.map(([caseId, them]) => ({ caseId, asked: them }));
    return { addressed, open: asked.length, asks };
  });
}

function openBlocks(open: readonly OpenApproval[], look: DigestLook): KnownBlock[] {
  if (open.length === 0) return [richText(section(text(say.noApprovalIsOpen)))];
  const roles = byRole(open);
  const left = open.length - roles.reduce((sum, role) => sum + role.open, 0);
  const parts = roles.flatMap((role) => [
    section(bold(untrusted(role.addressed, { max: 100 })), text(say.isAskedFor(role.open))),
    bullets(roleLines(role, look)),
  ]);
  const rest = left === 0 ? [] : [section(text(say.andOfOtherRoles(left)))];
  const all = say.handedOver(counted(open.length, "open approval"));
  return [richText(section(bold(all))), richText(...parts, ...rest)];
}

function roleLines({ open, asks }: AskedOfRole, look: DigestLook): RichTextSection[] {
  const left = open - asks.reduce((sum, { asked }) => sum + asked.length, 0);
  const lines = asks.map((ask) => askLine(ask, look));
  return left === 0 ? lines : [...lines, section(text(say.andMoreSocPending(left)))];
}

/** "isolate host FIN-WS-042 · CASE-7K3F9QWM2T · asked Mar 2, 06:40 · Open the card" */
function askLine({ caseId, asked }: AskedOfCase, look: DigestLook): RichTextSection {
  const { shown, left } = atMost(asked, 3);
  const what = shown.flatMap(({ what: one }) => (one === undefined ? [] : [untrusted(one, { brief: 80 })]));
  const more_ = left === 0 ? [] : [[text(say.more(left))]];
  const [since] = asked.flatMap(({ askedAt }) => askedAt ?? []).sort();
  const url = asked.flatMap(({ proposalId }) => look.cards.get(proposalId) ?? [])[0];
  return section(
    ...dotted(
      [
        ...(what.length === 0 ? [] : [dotted([...what.map((one) => [text(one)]), ...more_], ours`, `)]),
        url === undefined ? [text(caseRef(caseId))] : [caseLink(caseId, look)],
        ...(since === undefined ? [] : [[text(say.asked), date(since)]]),
        ...(url === undefined ? [] : [[link(url, say.openTheCard)]]),
      ],
      dot,
    ),
  );
}

function loadBlocks(load: NonNullable<Shift["load"]>): KnownBlock[] {
  const asked = load.filter(({ asks, overdue }) => asks + overdue > 0);
  if (asked.length === 0) return [];
  const { shown, left } = atMost(asked, 10);
  const lines = shown.map((role) => section(...loadLine(role)));
  return [richText(section(bold(say.whatTheGateAsked)), bullets([...lines, ...more(left, say.roles)]))];
}

function loadLine(role: NonNullable<Shift["load"]>[number]): RichTextElement[] {
  const { title, asks, nightAsks, overdue, minutesToDecision: minutes } = role;
  const night = nightAsks === 0 ? ours`` : say.atNight(nightAsks);
  const parts: Ours[] = [
    say.askedTimes(asks === 1 ? say.once : say.times(asks), night),
    ...(["authorised", "rejected", "expired"] as const)
      .filter((what) => role[what] > 0)
      .map((what) => ours`${role[what]} ${configured(what)}`),
    ...(overdue === 0 ? [] : [say.overdue(overdue)]),
    ...(minutes === undefined ? [] : [say.halfWithinMin(Math.round(minutes.p50))]),
  ];
  return [bold(untrusted(title, { max: 100 })), ...list(ours`: `, parts)];
}

const partsDrawn = [
  { name: say.drawn.attack, colour: "danger", of: ["true_positive"] },
  { name: say.drawn.unclear, colour: "warn", of: ["suspicious", "insufficient_data"] },
  { name: say.drawn.harmless, colour: "accent", of: ["benign", "false_positive"] },
  { name: say.drawn.unseen, colour: "violet", of: ["failed", "dead", "waiting"] },
  { name: say.drawn.folded, colour: "quiet", of: ["grouped", "suppressed"] },
] as const;

export function shiftAlt(data: Shift): string {
  const count = countsOf(data);
  const parts = drawn(count).map(({ name, n }) => `${n} ${name}`);
  return say.whatBecameOf(counted(count("received"), "alert"), configured(parts.join(", ")));
}

function drawn(count: Count): { name: string; colour: (typeof partsDrawn)[number]["colour"]; n: number }[] {
  return partsDrawn
    .map(({ name, colour, of }) => ({ name, colour, n: of.reduce((sum, what) => sum + count(what), 0) }))
    .filter(({ n }) => n > 0);
}

/** Undefined where there is nothing to look at. */
export function shiftPicture({ data }: ShiftEvent): Picture | undefined {
  const parts = drawn(countsOf(data));
  if (parts.length === 0) return undefined;
  const row = { name: say.drawn.title, counts: parts.map(({ n }) => n) };
  return { kind: "bars", alt: shiftAlt(data), bars: { parts, rows: [row] } };
}
