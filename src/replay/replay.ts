/**
 * The backtest: historical tickets through the real roles on a scratch log, with every side effect absent. Nobody
 * decides, nothing is posted, and the only clock is the tickets': a ticket arrives when it was created, how a person
 * closed it is on the log from its closing time and not before, and what a role recalls is what stood there when its
 * case came in.
 */
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { GateDeps, ModelOf, Role, RoleModel } from "../agent/role.ts";
import type { Bus, Handled } from "../bus/bus.ts";
import { manualClock, type Clock } from "../clock.ts";
import { silent, type Diagnostics } from "../diagnostics.ts";
import { HatrackError } from "../errors.ts";
import type { Alert } from "../events/alert-events.ts";
import { Precedents, type RecallArm, type Shown } from "../memory/precedents.ts";
import { RoleTeam } from "../team.ts";
import { atHand, workingOn } from "./at-hand.ts";
import { CaseWork, workTypes } from "./case-work.ts";
import { LeakCheck, type LeakCount } from "./leak-check.ts";
import { LockstepBus, type Task } from "./lockstep-bus.ts";
import { patiently, type Patience } from "./patience.ts";
import { openTickets, type OpenTicket, type Refused } from "./open-tickets.ts";
import { ticketSource } from "./ticket-source.ts";
import type { Ticket } from "./ticket.ts";
import { watchedModel, watchedTool } from "./watched.ts";
import type { WorkedTicket } from "./worked-ticket.ts";

/** What tools may know: the log, the time of the case at hand, and that nothing later counts. */
export interface PastView {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Log time up to which an alert may be seen by the case at hand, milliseconds since the epoch. */
  readonly asOf: () => number;
}

export interface ReplayOptions {
  readonly tickets: readonly Ticket[];
  /** @throws HatrackError for an alert that cannot be read: its ticket is refused, with the reason */
  readonly alertOf: (ticket: Ticket) => Alert;
  readonly roles: readonly Role[];
  readonly model: ModelOf;
  readonly tools: (past: PastView) => readonly StructuredToolInterface[];
  /** Whom the human gate asks; nobody answers. */
  readonly gate: GateDeps;
  readonly recall: RecallArm;
  /** Names the planted tokens; everything else follows from the tickets. */
  readonly seed: number;
  /** Tickets that came in within so many minutes of each other are worked on side by side, blind to each other. */
  readonly windowMinutes?: number;
  /** Runs at once; changes how long it takes and nothing else. */
  readonly parallel?: number;
  readonly patience?: Patience;
  readonly diagnostics?: Diagnostics;
  /** Tickets done so far, and the tokens they took. */
  readonly progress?: (done: number, tokens: { readonly input: number; readonly output: number }) => void;
  /** Reads the scratch log before it is thrown away. */
  readonly keepLog?: (bus: Pick<Bus, "read">) => Promise<void>;
}

export interface Replayed {
  /** In order of arrival. */
  readonly worked: readonly WorkedTicket[];
  /** Tickets no role saw, and why. */
  readonly refused: readonly Refused[];
  readonly leakCheck: LeakCount;
  readonly waves: number;
}

export const defaultWindowMinutes = 15;
const defaultParallel = 4;

/** @throws HatrackError `replay_leak` when a role read what it could not have known */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const run = new ReplayRun(options);
  try {
    return await run.whole();
  } finally {
    await run.close();
  }
}

class ReplayRun {
  readonly #options: ReplayOptions;
  readonly #clock = manualClock(0);
  readonly #bus: LockstepBus;
  readonly #check: LeakCheck;
  readonly #open: readonly OpenTicket[];
  readonly #refused: readonly Refused[];
  readonly #byCase: ReadonlyMap<string, OpenTicket>;
  readonly #shown = new Map<string, Shown>();
  /** Milliseconds by case and role, the waits for a model that was away included. */
  readonly #took = new Map<string, number>();
  readonly #worked: WorkedTicket[] = [];
  readonly #tokens = { input: 0, output: 0 };
  #roles: RoleTeam | undefined;

  constructor(options: ReplayOptions) {
    const { tickets, alertOf, seed, diagnostics = silent, parallel = defaultParallel } = options;
    this.#options = options;
    this.#check = new LeakCheck(seed);
    const { open, refused } = openTickets(tickets, { alertOf, check: this.#check });
    this.#open = open;
    this.#refused = refused;
    this.#byCase = new Map(open.map((one) => [one.alert.caseId, one]));
    const patient = patiently(options.patience);
    const around = (task: Task, work: () => Promise<Handled>): Promise<Handled> =>
      this.#timed(task, () => patient(work));
    this.#bus = new LockstepBus({ clock: this.#clock, diagnostics, parallel, around });
  }

  async whole(): Promise<Replayed> {
    const { recall, progress, windowMinutes = defaultWindowMinutes } = this.#options;
    const precedents = new Precedents(this.#bus, recall);
    let waves = 0;
    const team = (this.#roles = this.#team());
    const source = ticketSource(this.#open, {
      clock: this.#clock,
      windowMs: windowMinutes * 60_000,
      arrived: async ({ alert: { caseId } }) => {
        this.#shown.set(caseId, await precedents.for(await this.#asking(caseId)));
      },
      allArrived: async (wave) => {
        waves += 1;
        await this.#settled(team);
        for (const one of wave) this.#worked.push(await this.#workOf(one));
        progress?.(this.#worked.length, this.#tokens);
      },
      told: () => this.#settled(team),
    });
    await team.consume(source);
    await this.#settled(team);
    await this.#options.keepLog?.(this.#bus);
    return { worked: this.#worked, refused: this.#refused, leakCheck: this.#check.count, waves };
  }

  /** All there was to do is done, or a role ended for good; what was seen meanwhile was no leak. */
  async #settled(team: RoleTeam): Promise<void> {
    await Promise.race([this.#bus.settle(), team.failed]);
    this.#check.refuse();
  }

  async close(): Promise<void> {
    // Together: what a role still waits for, the bus answers as it closes.
    await Promise.all([this.#bus.close(), this.#roles?.stop()]);
  }

  #team(): RoleTeam {
    const { roles, tools, gate, diagnostics = silent } = this.#options;
    const past = { bus: this.#bus, clock: { now: () => this.#now() }, asOf: () => this.#now() };
    return new RoleTeam({
      bus: this.#bus,
      roles,
      model: this.#model(),
      tools: tools(past).map((tool) =>
        watchedTool(tool, (result) => {
          this.#check.search(result, tool.name, atHand());
        }),
      ),
      gate,
      recall: { for: ({ caseId }) => Promise.resolve(this.#shown.get(caseId) ?? unseen) },
      clock: this.#clock,
      diagnostics,
    });
  }

  /** One model a role, so that its loop is made once. */
  #model(): ModelOf {
    const { model } = this.#options;
    const made = new Map<string, RoleModel | undefined>();
    return (role) => {
      if (!made.has(role.name)) {
        const own = model(role);
        const sees = this.#check.searchMessages.bind(this.#check);
        made.set(
          role.name,
          own && {
            ...own,
            chat: watchedModel(own.chat, (messages) => {
              sees(messages, atHand());
            }),
          },
        );
      }
      return made.get(role.name);
    };
  }

  /** The time of the case at hand; the log's own where there is none. */
  #now(): number {
    return atHand()?.arrivedAt ?? this.#clock.now();
  }

  async #asking(caseId: string): Promise<{ caseId: string; partition: number; position: string }> {
    const [entry] = [...(await this.#bus.tail())];
    if (entry === undefined) throw new HatrackError("replay_failed", `replay: ${caseId} is not on the log`);
    const [partition, position] = entry;
    return { caseId, partition, position };
  }

  async #timed({ group, event }: Task, work: () => Promise<Handled>): Promise<Handled> {
    const caseId = event.subject;
    const started = performance.now();
    const arrivedAt = this.#byCase.get(caseId)?.at ?? this.#clock.now();
    const handled = await workingOn({ caseId, arrivedAt, role: group }, work);
    const key = `${group} ${caseId}`;
    this.#took.set(key, (this.#took.get(key) ?? 0) + performance.now() - started);
    return handled;
  }

  async #workOf({ ticket, alert: { caseId } }: OpenTicket): Promise<WorkedTicket> {
    const work = new CaseWork();
    for await (const { event } of this.#bus.read({ subject: caseId, types: workTypes })) work.evolve(event);
    const worked = work.worked();
    if (worked === undefined) throw new HatrackError("replay_failed", `replay: ${caseId} is not on the log`);
    const precedents = this.#shown.get(caseId)?.precedent.length ?? 0;
    this.#shown.delete(caseId);
    this.#bus.putAway(caseId);
    const roles = worked.roles.map((role) => {
      const milliseconds = Math.round(this.#took.get(`${role.role} ${caseId}`) ?? 0);
      this.#took.delete(`${role.role} ${caseId}`);
      return { ...role, milliseconds };
    });
    for (const { tokens } of roles) {
      this.#tokens.input += tokens.input;
      this.#tokens.output += tokens.output;
    }
    return { ...labelOf(ticket), ...worked, arm: this.#options.recall, roles, precedents };
  }
}

const unseen: Shown = { arm: "off", precedent: [], positions: new Map() };

function labelOf({
  id,
  createdAt,
  closedAt,
  human,
}: Ticket): Pick<WorkedTicket, "ticketId" | "createdAt" | "closedAt" | "human"> {
  const { escalated, verdict, severity } = human ?? { escalated: false };
  return {
    ticketId: id,
    createdAt,
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(human === undefined
      ? {}
      : { human: { escalated, ...(verdict && { verdict }), ...(severity && { severity }) } }),
  };
}
