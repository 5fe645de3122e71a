/** What the listeners of every surface work with; they identify the person, hand on one act, and answer. */
import { ErrorCode, type WebClient } from "@slack/web-api";
import type { ModalView } from "@slack/types";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { reasonOf } from "../src/errors.ts";
import { standingOf } from "../src/gate/authority.ts";
import type { LiveDirectory } from "../src/gate/live-directory.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { notice } from "./blocks/notices.ts";
import type { Request } from "./case-thread.ts";
import type { CardRef, DecisionDoor, FoundCard } from "./decisions.ts";
import type { Desk } from "./lanes/desk.ts";
import type { Outbox } from "./outbox.ts";
import type { Pressed } from "./payloads.ts";
import type { Ours } from "./text.ts";

export interface FrontDeskOptions {
  readonly desk: Desk;
  readonly door: DecisionDoor;
  /** Hints only: whether a form is worth showing. The gate asks its own directory when it decides. */
  readonly live: Pick<LiveDirectory, "ask">;
  /** The gate's client: a form must open within 3 s. */
  readonly client: WebClient;
  readonly outbox: Outbox;
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

  async find(ref: CardRef): Promise<FoundCard | undefined> {
    for (const ms of patienceMs) {
      if (ms > 0) await sleep(ms);
      const found = await this.options.door.find(ref);
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

  /** Opens a form; when Slack does not take it, the person is told. */
  async open(press: Pressed, view: ModalView): Promise<void> {
    try {
      await this.options.client.apiCall("views.open", { trigger_id: press.triggerId, view });
    } catch (error) {
      this.options.desk.options.diagnostics.warn(
        { error: reasonOf(error), code: codeOf(error) },
        "slack: a form",
      );
      throw error;
    }
  }

  /** Words for one person, where they pressed. Not being able to say them is noted, not thrown. */
  async tell(press: Pressed, words: Ours): Promise<void> {
    const { channel, principal, threadTs } = press;
    const thread = threadTs === undefined ? {} : { threadTs };
    try {
      await this.options.outbox.whisper({ channel, user: principal.user, ...thread, message: notice(words) });
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
