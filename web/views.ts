/** From an address to its page: what was folded from the log, drawn as it stands now. */
import type { Bus, GroupStatus } from "../src/bus/bus.ts";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { CaseId } from "../src/events/vocabulary.ts";
import { CaseMemory, type MemoryOptions } from "../src/memory/case-memory.ts";
import { KeyedQueue } from "../slack/lanes/queue.ts";
import { html } from "../slack/workspace/page/html.ts";
import { redirect, type Answer } from "./http.ts";
import type { Page } from "./page.ts";
import { campaignsPage, daysAsked } from "./pages/campaigns.ts";
import { caseQuery, casesPage } from "./pages/cases.ts";
import { floorPage } from "./pages/floor.ts";
import { followPage, stepAsked } from "./pages/follow.ts";
import { policyPage } from "./pages/policy.ts";
import { proofPage } from "./pages/proof.ts";
import { plainPage } from "./pages/shell.ts";
import { campaignPicture, proofPicture, themeAsked } from "./pictures.ts";
import { campaignsOf, type Campaigns } from "./read/campaigns.ts";
import { search } from "./read/case-list.ts";
import { floorView } from "./read/floor-view.ts";
import { stepsOf } from "./read/follow.ts";
import type { PolicySource } from "./read/policy.ts";
import { proofView, type ProofView } from "./read/proof.ts";
import type { Shelf } from "./read/scorecards.ts";
import { Uptime } from "./read/uptime.ts";
import { said } from "./said.ts";
import { Watch } from "./watch.ts";

export interface Sources {
  /** Where only what is signed counts. */
  readonly bus: Bus;
  /** Somebody works on this log; an export has no groups. */
  readonly live: boolean;
  /** Which log it is, for the foot of the page. */
  readonly about: string;
  readonly policy: PolicySource;
  readonly scorecards: () => Promise<Shelf>;
  readonly memory: MemoryOptions;
  /** Role names in the order in which a case meets them. */
  readonly order: readonly string[];
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

/** A page, or an answer that is none: a picture, a way elsewhere. */
export type Drawn = { readonly page: Page } | { readonly answer: Answer };

/** How often the groups are looked at, so that a gap in somebody's work is seen. Milliseconds. */
const lookMs = 10_000;

export class Views {
  readonly watch = new Watch();
  readonly #sources: Sources;
  readonly #uptime = new Uptime();
  readonly #queue = new KeyedQueue();
  #memory: CaseMemory | undefined;
  #groups: readonly GroupStatus[] | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  get about(): string {
    return this.#sources.about;
  }

  get diagnostics(): Diagnostics {
    return this.#sources.diagnostics;
  }

  /** Follows the log until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { bus, diagnostics, live } = this.#sources;
    const looking = setInterval(() => void this.#look(), lookMs);
    if (live) await this.#look();
    try {
      await this.watch.run(bus, signal, diagnostics);
    } finally {
      clearInterval(looking);
    }
  }

  /** A bus that does not answer leaves the last look standing; the watch says that it is down. */
  async #look(): Promise<void> {
    const { bus, clock, live, diagnostics } = this.#sources;
    if (!live) return;
    try {
      this.#groups = await bus.groups();
      this.#uptime.look(this.#groups, clock.now());
    } catch (error) {
      diagnostics.debug({ why: reasonOf(error) }, "dashboard: the groups cannot be read");
    }
  }

  /** What stands above every page while the log has not been read, or cannot be. */
  notice(): string | undefined {
    const { trouble, caughtUp, folded } = this.watch;
    if (trouble !== undefined)
      return `The log cannot be read just now, and this is as of before: ${said(trouble, 300)}`;
    if (caughtUp) return undefined;
    return `Reading the log: ${folded.toLocaleString("en-GB")} entries so far. What stands here is not all of it yet.`;
  }

  async draw({ pathname, searchParams }: URL): Promise<Drawn> {
    const [, place = "", rest, ...more] = pathname.split("/");
    if (more.length > 0) return { page: nowhere() };
    if (place === "" && rest === undefined) return { answer: redirect("/proof") };
    const route = Object.hasOwn(routes, place) ? routes[place] : undefined;
    return (await route?.(this, rest, searchParams)) ?? { page: nowhere() };
  }

  cases(query: URLSearchParams): Drawn {
    const asked = caseQuery(query);
    const exact = this.watch.cases.get(asked.text.trim().toUpperCase());
    if (exact !== undefined) return { answer: redirect(`/follow/${exact.caseId}`) };
    const { cases } = this.watch;
    const found = search(cases, asked);
    return { page: casesPage({ query: asked, found, total: cases.size, now: this.#sources.clock.now() }) };
  }

  async follow(caseId: string, query: URLSearchParams): Promise<Page> {
    if (!CaseId.safeParse(caseId).success) return noCase(caseId);
    const events: AnyEvent[] = [];
    for await (const { event } of this.#sources.bus.read({ subject: caseId })) events.push(event);
    if (events.length === 0) return noCase(caseId);
    const steps = stepsOf(events);
    const line = this.watch.cases.get(caseId);
    return followPage({ caseId, line, steps, step: stepAsked(query, steps.length) });
  }

  async campaigns(days: number): Promise<Campaigns> {
    const memory = await this.#caughtUp();
    const { clusters } = memory.findCampaignClusters({ days });
    return campaignsOf(clusters, { state: memory.state, list: this.watch.cases, days });
  }

  /** One fold at a time, whoever asks. */
  #caughtUp(): Promise<CaseMemory> {
    return this.#queue.run("memory", async () => {
      const { bus, memory: options } = this.#sources;
      if (this.#memory === undefined) this.#memory = await CaseMemory.project(bus, options);
      else await this.#memory.catchUp();
      return this.#memory;
    });
  }

  async floor(): Promise<Page> {
    await this.#look();
    const { clock, live, order } = this.#sources;
    const { floor } = this.watch;
    const now = live ? clock.now() : floor.latest;
    return floorPage(floorView(floor, { now, groups: this.#groups, uptime: this.#uptime, order }));
  }

  policy(): Page {
    return policyPage(this.#sources.policy);
  }

  async proof(query: URLSearchParams): Promise<ProofView> {
    const shelf = await this.#sources.scorecards();
    return proofView(shelf, {
      asked: query.get("card") ?? undefined,
      accuracy: this.watch.accuracy.report(),
    });
  }
}

type Route = (views: Views, rest: string | undefined, query: URLSearchParams) => Promise<Drawn | undefined>;

/** By the first part of the path; undefined: nothing is there. */
const routes: Readonly<Record<string, Route>> = {
  proof: async (views, rest, query) => {
    const view = await views.proof(query);
    if (rest === undefined) return { page: proofPage(view) };
    const answer = await proofPicture(view, rest, themeAsked(query));
    return answer && { answer };
  },
  follow: async (views, rest, query) =>
    rest === undefined ? views.cases(query) : { page: await views.follow(rest, query) },
  campaigns: async (views, rest, query) => {
    const days = daysAsked(query);
    const view = await views.campaigns(days);
    if (rest === undefined) return { page: campaignsPage(view, query.get("id") ?? undefined) };
    const answer = await campaignPicture(view, rest, themeAsked(query));
    return answer && { answer };
  },
  floor: async (views, rest) => (rest === undefined ? { page: await views.floor() } : undefined),
  policy: (views, rest) => Promise.resolve(rest === undefined ? { page: views.policy() } : undefined),
};

function nowhere(): Page {
  return plainPage(
    "Nothing is here",
    html`<p>The pages stand on the left. <a href="/proof">Begin with Proof.</a></p>`,
    404,
  );
}

function noCase(caseId: string): Page {
  const body = html`<p>
      The log knows no case <code>${said(caseId, 60)}</code>; a case id looks like CASE-7K3F9QWM2T.
    </p>
    <p><a href="/follow">All cases</a></p>`;
  return plainPage("No such case", body, 404);
}
