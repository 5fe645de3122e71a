/** App Home of each person: published when they open it, and again when something changes while they may look. */
import type { App } from "@slack/bolt";
import type { HomeView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { setTimeout as sleep } from "node:timers/promises";
import { logTime, type Bus, type Position } from "../src/bus/bus.ts";
import { reasonOf } from "../src/errors.ts";
import { sha256 } from "../src/events/canonical.ts";
import { samePrincipal } from "../src/gate/authority.ts";
import type { Handoff } from "../src/gate/state.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { closedHome, homeView, type HomeContent, type Waiting } from "./blocks/home.ts";
import type { Health } from "./blocks/status-answer.ts";
import { boardTypes, type Board } from "./board.ts";
import type { CaseThread } from "./case-thread.ts";
import type { Desk } from "./lanes/desk.ts";
import { Coalescer } from "./lanes/queue.ts";
import { Recent } from "./lanes/recent.ts";
import type { Links } from "./links.ts";
import type { Rights } from "./rights.ts";
import { showView } from "./show-view.ts";

export interface HomeOptions {
  readonly desk: Desk;
  readonly board: Board;
  readonly rights: Rights;
  readonly links: Links;
  readonly client: WebClient;
}

/** What a Home shows at most of each list. */
const most = { waiting: 15, cases: 10, decisions: 8 } as const;
/** People whose Home is kept up to date: those who opened it last. */
const mostPeople = 200;
/** Changes within so long are drawn together: each sweep is a call a person. */
const sweepMs = 2_000;
/** Before the log is followed again after a failure. */
const againMs = 5_000;

export class HomeTab {
  readonly #options: HomeOptions;
  readonly #opened = new Recent<Principal>(mostPeople);
  /** Person → what their Home says: one that would not change is not sent. */
  readonly #drawn = new Recent<string>(mostPeople);
  readonly #turns = new Coalescer();
  #due = false;
  #sweep = Promise.resolve();

  constructor(options: HomeOptions) {
    this.#options = options;
  }

  register(app: App): void {
    app.event("app_home_opened", async ({ event, body }) => {
      if (event.tab !== "home") return;
      const { team_id: team } = z.object({ team_id: z.string() }).parse(body);
      await this.open({ team, user: event.user });
    });
  }

  async open(person: Principal): Promise<void> {
    this.#opened.set(`${person.team} ${person.user}`, person);
    this.#drawn.delete(person.user);
    await this.#publish(person);
  }

  /** Draws every open Home again after changes from now on, until the signal aborts. Never rejects. */
  async follow(bus: Pick<Bus, "follow" | "tail">, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const after = await now(bus);
        for await (const _ of bus.follow({ types: boardTypes, signal, ...after })) this.#changed(signal);
      } catch (error) {
        const { diagnostics } = this.#options.desk.options;
        diagnostics.warn({ error: reasonOf(error) }, "slack: App Home does not follow the log");
      }
      await paused(againMs, signal);
    }
    await this.#sweep;
  }

  /** At once, then no sooner than the last sweep is a while ago: what happens until then is drawn together. */
  #changed(signal: AbortSignal): void {
    if (this.#due) return;
    this.#due = true;
    this.#sweep = this.#sweep.then(async () => {
      this.#due = false;
      for (const person of this.#opened.values()) if (!signal.aborted) await this.#publish(person);
      await paused(sweepMs, signal);
    });
  }

  #publish(person: Principal): Promise<void> {
    return this.#turns.run(person.user, async () => {
      const { client, desk } = this.#options;
      const { diagnostics } = desk.options;
      try {
        const view = await this.#view(person);
        const digest = sha256(JSON.stringify(view));
        if (this.#drawn.get(person.user) === digest) return;
        const to = { user_id: person.user };
        await showView({ client, diagnostics }, { method: "views.publish", to, view });
        this.#drawn.set(person.user, digest);
      } catch (error) {
        diagnostics.warn({ error: reasonOf(error), user: person.user }, "slack: App Home could not be drawn");
      }
    });
  }

  async #view(person: Principal): Promise<HomeView> {
    if (!(await this.#options.rights.may("read", person))) return closedHome();
    return homeView(await this.content(person));
  }

  async content(person: Principal): Promise<HomeContent> {
    const { board, rights } = this.#options;
    await board.catchUp();
    const roles = new Set(await rights.rolesOf(person));
    const mine = board.open().filter((handoff) => waitsFor(handoff, person, roles));
    return {
      waiting: await Promise.all(mine.slice(0, most.waiting).map((handoff) => this.#waiting(handoff))),
      left: Math.max(0, mine.length - most.waiting),
      cases: await this.#cases(person, roles),
      decisions: board.decisions().slice(0, most.decisions),
      health: await this.health(),
    };
  }

  async health(): Promise<Health> {
    const { board, desk } = this.#options;
    await board.catchUp();
    const open = board.open();
    return {
      groups: await desk.options.bus.groups(),
      paused: board.paused(),
      modelDown: board.modelDown,
      waiting: open.filter(({ status }) => status === "pending").length,
      undone: open.filter(({ status }) => status === "authorised").length,
    };
  }

  async #waiting(handoff: Handoff): Promise<Waiting> {
    const card = this.#options.board.cardOf(handoff);
    return { handoff, link: card === undefined ? undefined : await this.#options.links.to(card) };
  }

  /** Mine, or of a role whose people I am one of. */
  async #cases(person: Principal, roles: ReadonlySet<string>): Promise<CaseThread[]> {
    const { board, desk } = this.#options;
    const { reviewers } = desk.options.config;
    const behind = (role: string): boolean => roles.has(role) || roles.has(reviewers[role] ?? "");
    const open = board
      .cases()
      .filter(
        ({ closed, assignee, roles: asked }) =>
          !closed && ((assignee !== undefined && samePrincipal(assignee, person)) || [...asked].some(behind)),
      );
    const newest = open.slice(-most.cases).reverse();
    return Promise.all(newest.map(({ caseId }) => desk.read(caseId)));
  }
}

/** A minute early: nodes' clocks differ. */
async function now(bus: Pick<Bus, "tail">): Promise<{ after?: Position }> {
  const times = [...(await bus.tail()).values()].map(logTime);
  return times.length === 0 ? {} : { after: `${Math.max(0, Math.max(...times) - 60_000)}-0` };
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** Asked of a role I am in; or authorised, and mine: I approved it, I am on it, or nobody is and my role was asked. */
function waitsFor(
  { bar, status, assignee, settled }: Handoff,
  person: Principal,
  roles: ReadonlySet<string>,
): boolean {
  if (status === "pending") return roles.has(bar.addressed.role);
  if (assignee !== undefined) return samePrincipal(assignee, person);
  return roles.has(bar.addressed.role) || (settled?.by ?? []).some((by) => samePrincipal(by, person));
}
