/** What every lane works with: the log, the case as it is now, and what a card is drawn with. */
import type { Bus, Draft, Handled } from "../../src/bus/bus.ts";
import { stop } from "../../src/bus/bus.ts";
import type { Clock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { sha256 } from "../../src/events/canonical.ts";
import { isCanary } from "../../src/events/ids.ts";
import { Board } from "../board.ts";
import type { CardRefs } from "../card-refs.ts";
import { readThread, type CaseThread, type Posted, type Surface } from "../case-thread.ts";
import type { Look, SlackConfig } from "../config.ts";
import type { UserGroups } from "../groups.ts";
import type { Message } from "../limits.ts";
import { SlackDown, type Mark, type Outbox, type Place } from "../outbox.ts";
import type { Markup } from "../text.ts";
import type { Delivered } from "./post-once.ts";
import { Recent } from "./recent.ts";
import { Roots } from "./roots.ts";

export interface DeskOptions {
  readonly bus: Bus;
  readonly surface: Surface;
  readonly config: SlackConfig;
  readonly groups: Pick<UserGroups, "mentionOf">;
  readonly refs: CardRefs;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** One for all desks of a process. Default: its own. */
  readonly board?: Board;
}

export class Desk {
  readonly roots: Roots;
  readonly options: DeskOptions;
  readonly board: Board;
  /** What was drawn last at a place: an edit that changes nothing is not sent. A cache, lost at restart. */
  readonly #drawn = new Recent<string>(10_000);

  constructor(options: DeskOptions) {
    this.options = options;
    const drew = (place: Place, message: Message): void => {
      this.drew(place, message);
    };
    this.roots = new Roots({ ...options, drew });
    this.board = options.board ?? new Board(options.bus, options.surface);
  }

  read(caseId: string): Promise<CaseThread> {
    return readThread(this.options.bus, caseId, this.options.surface);
  }

  /** `more`: roles to mention beside those that are asked. @throws SlackDown when the user groups cannot be read */
  async look({ file }: CaseThread, more: readonly string[] = []): Promise<Look> {
    const { config, groups, diagnostics, refs } = this.options;
    const roles = calledIn(file, more);
    const mentions = new Map<string, Markup>();
    for (const role of roles) {
      const onCall = Object.hasOwn(config.onCall, role) ? config.onCall[role] : undefined;
      const mention = onCall === undefined ? undefined : await groups.mentionOf(onCall);
      if (mention === undefined) diagnostics.warn({ role }, "slack: an on-call role has no group to mention");
      else mentions.set(role, mention);
    }
    const department = file.alert?.host === undefined ? undefined : config.departmentOf(file.alert.host.name);
    const { consoleHosts } = config;
    const cardRef: Look["cardRef"] = (thread, request) => refs.of(thread, request);
    await this.board.catchUp();
    const sameAs: Look["sameAs"] = ({ handoff }) => this.board.sameAs(file.caseId, handoff.ask);
    const modelDown = this.board.modelDown === undefined ? {} : { modelDown: true as const };
    const known = department === undefined ? {} : { department };
    const paused = this.board.paused();
    return { consoleHosts, mentions, cardRef, sameAs, paused, ...modelDown, ...known };
  }

  /** Edits a message if it would change. @throws SlackDown, MessageGone */
  async redraw(outbox: Outbox, edit: { place: Place; mark: Mark; message: Message }): Promise<void> {
    if (this.isDrawn(edit.place, edit.message)) return;
    await outbox.turn("chat.update");
    await outbox.update(edit);
    this.drew(edit.place, edit.message);
  }

  drew(place: Place, message: Message): void {
    this.#drawn.set(`${place.channel} ${place.ts}`, sha256(JSON.stringify(message)));
  }

  /** What stands there may not be what was drawn: the next drawing is sent. */
  forget(place: Place): void {
    this.#drawn.delete(`${place.channel} ${place.ts}`);
  }

  isDrawn(place: Place, message: Message): boolean {
    return this.#drawn.get(`${place.channel} ${place.ts}`) === sha256(JSON.stringify(message));
  }

  posted(mark: Mark, place: Place, more: Pick<Posted, "role" | "threadTs" | "picture"> = {}): Draft {
    const { surface } = this.options;
    const proposal = mark.proposal_id === undefined ? {} : { proposalId: mark.proposal_id };
    const data: Posted = { kind: mark.kind, eventId: mark.event_id, ...proposal, ...place, ...more, surface };
    return { type: "message.posted", data };
  }
}

/** Nobody is called for a canary. */
function calledIn({ caseId, proposals }: CaseThread["file"], more: readonly string[]): ReadonlySet<string> {
  if (isCanary(caseId)) return new Set();
  return new Set([...proposals.map(({ handoff }) => handoff.bar.addressed.role), ...more]);
}

export function deliveredOf({
  event,
  deliveries,
}: {
  event: { readonly time: string };
  deliveries: number;
}): Delivered {
  return { deliveries, since: Date.parse(event.time) };
}

/** Slack down is no fault of the entry: it stays, and nothing is spent. */
export async function orStop(work: () => Promise<Handled>): Promise<Handled> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SlackDown) return stop(error.message, error.retryAfterMs);
    throw error;
  }
}
