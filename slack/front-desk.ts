/** What the listeners of every surface work with; they identify the person, hand on one act, and answer. */
import { ErrorCode, type WebClient } from "@slack/web-api";
import type { ModalView } from "@slack/types";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { reasonOf } from "../src/errors.ts";
import { standingOf } from "../src/gate/authority.ts";
import { refName } from "../src/gate/card-ref.ts";
import type { LiveDirectory } from "../src/gate/live-directory.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { notice } from "./blocks/notices.ts";
import type { Board } from "./board.ts";
import type { Request } from "./case-thread.ts";
import type { CardRefs } from "./card-refs.ts";
import type { CardRef, DecisionDoor, FoundCard } from "./decisions.ts";
import type { Desk } from "./lanes/desk.ts";
import type { Outbox, Place } from "./outbox.ts";
import type { Pressed } from "./payloads.ts";
import type { Rights } from "./rights.ts";
import { showView } from "./show-view.ts";
import type { Message } from "./limits.ts";
import type { Ours } from "./text.ts";

/** Who did something, and where in Slack. */
export type Where = Pick<Pressed, "channel" | "principal" | "threadTs">;

export interface FrontDeskOptions {
  readonly desk: Desk;
  readonly door: DecisionDoor;
  /** Hints only: whether a form is worth showing. The gate asks its own directory when it decides. */
  readonly live: Pick<LiveDirectory, "ask">;
  /** The gate's client: a form must open within 3 s. */
  readonly client: WebClient;
  readonly outbox: Outbox;
  readonly rights: Rights;
  readonly board: Board;
  /** Our own: what is pressed on a message of another app decides nothing. */
  readonly appId: string;
}

export interface Finding {
  /** Our own. */
  readonly appId: string;
  readonly refs: Pick<CardRefs, "open">;
  readonly find: (card: CardRef) => Promise<FoundCard | undefined>;
}

/** What a button's reference says, on the message and of the app that Slack names; undefined where they differ. */
export async function pressedCard(
  { value, channel, ts, appId }: Pick<Pressed, "value" | "channel" | "ts" | "appId">,
  finding: Finding,
): Promise<{ card: CardRef; found: FoundCard } | undefined> {
  const subject = appId === finding.appId ? finding.refs.open(value) : undefined;
  if (subject === undefined) return undefined;
  const { caseId, proposalId, eventId } = subject;
  const card = { caseId, proposalId, channel, ts, ref: refName(value) };
  const found = await finding.find(card);
  return found?.request.eventId === eventId ? { card, found } : undefined;
}

/** A card may be pressed before its `message.posted` is on the log: so long it is looked for again. */
const patienceMs = [0, 100, 300, 600];
/** A form must open within 3 s of the press: the hint may take so much of it. */
const hintMs = 1_200;

export class FrontDesk {
  readonly options: FrontDeskOptions;

  constructor(options: FrontDeskOptions) {
    this.options = options;
  }

  find(ref: CardRef): Promise<FoundCard | undefined> {
    return this.patiently(() => this.options.door.find(ref));
  }

  async patiently<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    for (const ms of patienceMs) {
      if (ms > 0) await sleep(ms);
      const found = await look();
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** False only when the directory says so; no answer in time is no answer. */
  async mayAnswer(request: Request, principal: Principal): Promise<boolean> {
    const { role, title } = request.handoff.bar.addressed;
    const asked = this.options.live.ask(role, principal);
    const answer = await Promise.race([asked, sleep(hintMs, undefined, { ref: false })]);
    const standing = standingOf(answer, principal, title);
    return standing.entitled || standing.rule === "directory_unavailable";
  }

  /** The card that was pressed. */
  findPressed(press: Pressed): Promise<{ card: CardRef; found: FoundCard } | undefined> {
    const { appId, desk } = this.options;
    return pressedCard(press, { appId, refs: desk.options.refs, find: (card) => this.find(card) });
  }

  /** The case whose thread a message heads. */
  async caseAt(place: Place): Promise<string | undefined> {
    const { board } = this.options;
    await board.catchUp();
    return board.caseAt(place);
  }

  /** Whether a message or form is of our own app. */
  isOurs({ appId }: { readonly appId: string }): boolean {
    return appId === this.options.appId;
  }

  /** Opens a form; when Slack does not take it, the person is told. */
  async open(press: Pick<Pressed, "triggerId">, view: ModalView): Promise<void> {
    const { client, desk } = this.options;
    const { diagnostics } = desk.options;
    try {
      const to = { trigger_id: press.triggerId };
      await showView({ client, diagnostics }, { method: "views.open", to, view });
    } catch (error) {
      diagnostics.warn({ error: reasonOf(error), code: codeOf(error) }, "slack: a form");
      throw error;
    }
  }

  /** Words for one person, where they pressed. Not being able to say them is noted, not thrown. */
  tell(press: Where, words: Ours): Promise<void> {
    return this.whisper(press, notice(words));
  }

  async whisper({ channel, principal, threadTs }: Where, message: Message): Promise<void> {
    const thread = threadTs === undefined ? {} : { threadTs };
    try {
      await this.options.outbox.whisper({ channel, user: principal.user, ...thread, message });
    } catch (error) {
      this.options.desk.options.diagnostics.warn(
        { error: reasonOf(error) },
        "slack: a person could not be told",
      );
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return z.object({ code: z.enum(ErrorCode) }).safeParse(error).data?.code;
}
