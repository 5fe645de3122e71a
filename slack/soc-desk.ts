/** Answers `/soc`, from wherever it was asked: rights first, then a message for the person alone, or a form. */
import type { ModalView } from "@slack/types";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { lifts } from "../src/gate/lifting.ts";
import { mutesInForce } from "../src/gate/suppress.ts";
import { indicatorsIn } from "../src/indicators/extract.ts";
import { accuracyOf } from "../src/memory/accuracy.ts";
import type { Narrator } from "../src/memory/explain.ts";
import { CaseMemory, type MemoryOptions } from "../src/memory/case-memory.ts";
import {
  caseAnswer,
  helpAnswer,
  mutedAnswer,
  pendingAnswer,
  unclearAnswer,
  wordsAnswer,
} from "./blocks/answers.ts";
import {
  assignForm,
  closeForm,
  labelForm,
  muteForm,
  pauseForm,
  type CaseOrigin,
} from "./blocks/case-forms.ts";
import { clustersAnswer, recallAnswer, relatedAnswer } from "./blocks/memory-answers.ts";
import { accuracyAnswer, explainAnswer } from "./blocks/record-answers.ts";
import { explained } from "./explaining.ts";
import { statusAnswer } from "./blocks/status-answer.ts";
import { cardState } from "./card-state.ts";
import type { CaseThread, Request } from "./case-thread.ts";
import { usages, type SocCommand, type SocLine } from "./command-line.ts";
import type { Act } from "./decisions.ts";
import type { SlackDirectory } from "./directory.ts";
import type { FrontDesk } from "./front-desk.ts";
import type { HomeTab } from "./home-tab.ts";
import { slashCommand } from "./ids.ts";
import type { Board } from "./board.ts";
import { KeyedQueue } from "./lanes/queue.ts";
import type { Message } from "./limits.ts";
import type { Place } from "./outbox.ts";
import { whoIsOnCall, whyNotSwitched } from "./soc-roles.ts";
import { caseRef, configured } from "./text.ts";
import * as say from "./words/commands.ts";
import { mayNotAsk, notLookedUp, notRecorded, said } from "./words/shared.ts";

export interface SocDeskOptions {
  readonly front: FrontDesk;
  readonly directory: Pick<SlackDirectory, "onCall" | "person">;
  readonly board: Board;
  readonly home: Pick<HomeTab, "health">;
  readonly memory?: Pick<MemoryOptions, "benign" | "snapshot"> | undefined;
  /** Words what an explanation says, where a model is configured. */
  readonly narrator?: Narrator | undefined;
}

export interface Asked {
  readonly principal: Principal;
  readonly line: SocLine;
  /** The message it was said in, if it was one. */
  readonly place?: Place;
  /** What makes this asking one asking. */
  readonly act: readonly string[];
}

/** An answer for who asked; `shareable` if others may see it too. A form opens where Slack gives a trigger. */
export type Answer =
  | { readonly message: Message; readonly shareable: boolean }
  | { readonly view: ModalView; readonly command: SocCommand };

const shown = (message: Message): Answer => ({ message, shareable: true });
const told = (message: Message): Answer => ({ message, shareable: false });

function isOf<K extends SocCommand["command"]>(
  command: SocCommand,
  ...names: readonly K[]
): command is Named<K> {
  return names.some((name) => name === command.command);
}

type Named<K extends SocCommand["command"]> = Extract<SocCommand, { command: K }>;

export class SocDesk {
  readonly #options: SocDeskOptions;
  readonly #queue = new KeyedQueue();
  #memory: CaseMemory | undefined;

  constructor(options: SocDeskOptions) {
    this.#options = options;
  }

  /** Never throws: what cannot be answered is said to be so, and why goes to the diagnostics. */
  async answer(asked: Asked): Promise<Answer> {
    const { line, principal } = asked;
    const { rights, desk } = this.#options.front.options;
    try {
      if (!(await rights.may("read", principal))) return told(wordsAnswer(mayNotAsk));
      if (line.command === "unclear") return told(unclearAnswer(line.problem, line.hint));
      const { right } = usages[line.command];
      if (right !== "read" && !(await rights.may(right, principal))) {
        return told(wordsAnswer(say.mayNotDoThat(configured(rights.titles(right)))));
      }
      return await this.#of(asked, line);
    } catch (error) {
      desk.options.diagnostics.warn({ error: reasonOf(error) }, "slack: /soc could not be answered");
      return told(wordsAnswer(notLookedUp));
    }
  }

  #of(asked: Asked, command: SocCommand): Promise<Answer> {
    if (isOf(command, "who", "pause", "resume")) return this.#ofRole(asked, command);
    if (isOf(command, "case", "explain", "label", "close", "assign")) return this.#ofCase(asked, command);
    if (isOf(command, "unmute")) return this.#unmute(asked, command);
    return isOf(command, "mute") ? this.#mute(command, asked.place) : this.#overall(command);
  }

  async #overall(
    command: Named<"help" | "pending" | "accuracy" | "status" | "clusters" | "recall">,
  ): Promise<Answer> {
    switch (command.command) {
      case "help":
        return told(helpAnswer());
      case "pending":
        await this.#options.board.catchUp();
        return shown(pendingAnswer(this.#options.board.open()));
      case "accuracy":
        return shown(accuracyAnswer(await accuracyOf(this.#options.front.options.desk.options.bus)));
      case "status":
        return shown(statusAnswer(await this.#options.home.health()));
      case "clusters": {
        const { clusters } = (await this.#remembered()).findCampaignClusters({ days: command.days });
        return shown(clustersAnswer(clusters, command.days));
      }
      case "recall":
        return this.#recall(command.of);
    }
  }

  async #recall(of: string): Promise<Answer> {
    const memory = await this.#remembered();
    try {
      const { query, cases, related } = memory.recallSimilar(of);
      if (related !== undefined) return shown(relatedAnswer(query, related));
      if (cases.length > 0 || of.startsWith("CASE-") || indicatorsIn(of).length > 0) {
        return shown(recallAnswer(query, cases));
      }
    } catch (error) {
      if (!(error instanceof HatrackError) || error.code !== "case_not_found") throw error;
    }
    const problem = of.startsWith("CASE-") ? say.problems.noCase(of) : say.problems.noIndicator(of);
    return told(unclearAnswer(problem, `${slashCommand} recall 203.0.113.7`));
  }

  /** One projection for all that ask, caught up each time. */
  #remembered(): Promise<CaseMemory> {
    return this.#queue.run("memory", async () => {
      const { bus } = this.#options.front.options.desk.options;
      if (this.#memory === undefined) this.#memory = await CaseMemory.project(bus, this.#options.memory);
      else await this.#memory.catchUp();
      return this.#memory;
    });
  }

  async #ofCase(
    asked: Asked,
    command: Named<"case" | "explain" | "label" | "close" | "assign">,
  ): Promise<Answer> {
    const { desk } = this.#options.front.options;
    const thread = await desk.read(command.caseId);
    if (thread.openedAt === undefined) return told(wordsAnswer(say.noSuchCase(caseRef(command.caseId))));
    if (command.command === "case") return shown(caseAnswer(thread, await desk.look(thread)));
    if (command.command === "explain") {
      const { directory, narrator } = this.#options;
      const { bus, diagnostics } = desk.options;
      const found = await explained({ bus, directory, narrator, diagnostics }, command);
      return shown(explainAnswer(found));
    }
    if (command.command === "assign" && command.to !== undefined) {
      const to = { team: asked.principal.team, user: command.to };
      return this.#say(asked, { decision: "assign_case", caseId: command.caseId, to });
    }
    if (command.command === "close" && thread.file.closed !== undefined)
      return told(wordsAnswer(say.isClosedAlready(caseRef(command.caseId))));
    return { view: caseForm(command.command, originOf(command.caseId, asked.place), thread), command };
  }

  async #mute({ caseId, rule }: Named<"mute">, place: Place | undefined): Promise<Answer> {
    const command = {
      command: "mute",
      ...(caseId === undefined ? {} : { caseId }),
      ...(rule === undefined ? {} : { rule }),
    } as const;
    if (caseId === undefined) {
      return { view: muteForm({}, rule === undefined ? {} : { rule }), command };
    }
    const { alert } = (await this.#options.front.options.desk.read(caseId)).file;
    if (alert === undefined) return told(wordsAnswer(say.noSuchCase(caseRef(caseId))));
    const host = alert.host === undefined ? {} : { host: alert.host.name };
    return { view: muteForm(originOf(caseId, place), { rule: alert.rule.name, ...host }), command };
  }

  async #unmute(asked: Asked, { rule }: Named<"unmute">): Promise<Answer> {
    const { bus, clock } = this.#options.front.options.desk.options;
    const mutes = await mutesInForce(bus, clock.now());
    const isMuted = rule !== undefined && mutes.some((mute) => lifts({ rule }, mute));
    return isMuted ? this.#say(asked, { decision: "unmute", rule }) : told(mutedAnswer(mutes, rule));
  }

  async #ofRole(asked: Asked, command: Named<"who" | "pause" | "resume">): Promise<Answer> {
    const { directory, board, front } = this.#options;
    const { bus, config } = front.options.desk.options;
    if (command.command === "who") return whoIsOnCall(command.role, config, directory);
    const { role } = command;
    const refusal = await whyNotSwitched({ command: command.command, role }, bus, board);
    if (refusal !== undefined) return told(refusal);
    if (command.command === "resume") return this.#say(asked, { decision: "resume", role });
    return { view: pauseForm({ role }, role), command };
  }

  /** Says it through the door; what the gate makes of it appears where it belongs, a refusal to who asked. */
  async #say({ principal, place, act }: Asked, words: Act): Promise<Answer> {
    try {
      await this.#options.front.options.door.say({ principal, words, card: place, act });
      return told(wordsAnswer(said));
    } catch (error) {
      const { diagnostics } = this.#options.front.options.desk.options;
      diagnostics.error({ error: reasonOf(error) }, "slack: a decision was not recorded");
      return told(wordsAnswer(notRecorded));
    }
  }
}

function originOf(caseId: string, place: Place | undefined): CaseOrigin {
  return { caseId, ...(place === undefined ? {} : { channel: place.channel, ts: place.ts }) };
}

function caseForm(command: "label" | "close" | "assign", origin: CaseOrigin, thread: CaseThread): ModalView {
  const { file, requests } = thread;
  if (command === "label") return labelForm(origin, file);
  if (command === "assign") return assignForm(origin, file);
  const waits = (request: Request): boolean => ["open", "not_done"].includes(cardState(thread, request));
  return closeForm(origin, file, requests.filter(waits).length);
}
