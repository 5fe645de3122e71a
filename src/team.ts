/** RoleTeam wires roles to a bus: alerts in, proposals out, a human in between. */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { pausable } from "./agent/pausable.ts";
import { Pauses } from "./agent/pauses.ts";
import type { Redactor } from "./agent/redact.ts";
import type { GateDeps, ModelOf, Role, RoleDeps } from "./agent/role.ts";
import { says, skip, type Bus, type SubscribeOptions, type Subscription } from "./bus/bus.ts";
import { systemClock, type Clock } from "./clock.ts";
import { troubleOnly, type Diagnostics } from "./diagnostics.ts";
import { HatrackError } from "./errors.ts";
import { Alert } from "./events/alert-events.ts";
import { caseIdOf } from "./events/ids.ts";
import type { KnownEvent } from "./events/envelope.ts";
import type { ActionTarget, ActionVerb, Principal } from "./events/vocabulary.ts";
import type { Directory } from "./gate/directory.ts";
import type { Keyring } from "./gate/keys.ts";
import type { Policy } from "./gate/policy.ts";
import { recordWatch, startRecordWatch } from "./gate/record-watch.ts";
import { TrustedBus } from "./gate/trusted-bus.ts";
import type { Benign } from "./indicators/benign.ts";
import type { MemoryOptions } from "./memory/case-memory.ts";
import type { SnapshotStore } from "./memory/snapshot.ts";
import { Precedents, type RecallMode } from "./memory/precedents.ts";
import type { AlertSource, SourceItem } from "./seams/alert-source.ts";
import type { Grouping } from "./seams/open-groups.ts";
import { publishAlerts } from "./seams/publish-alerts.ts";
import type { ForeignTools } from "./seams/tools.ts";

export interface TeamOptions {
  readonly bus: Bus;
  readonly roles: readonly Role[];
  /** A LangChain chat model for every hat, or a function that gives each role its own. */
  readonly model: BaseChatModel | ModelOf;
  /** LangChain tools; a role sees only those it names. */
  readonly tools?: readonly StructuredToolInterface[];
  /** Tools that others keep, on servers of theirs; which role may use which, it says. */
  readonly foreign?: ForeignTools;
  /** Who decides. Without it nothing can be authorised: proposals stay proposals. */
  readonly gate?: { readonly policy: Policy; readonly directory: Directory };
  /**
   * The signed door: with keys only what the gate and the front ends have signed counts, and what claims to be theirs
   * and is not raises `record.distrusted`. Left out, whoever can write the log is believed.
   */
  readonly keys?: Keyring;
  /**
   * Whether hats are shown what came of cases like theirs; "ab" gives each case one arm by its hash. Default "on". Or
   * whoever shows it: a replay decides itself what was known when.
   */
  readonly recall?: RecallMode | Pick<Precedents, "for">;
  /** Where what it recalls from is kept between starts; left out, each start folds the whole log. */
  readonly snapshot?: SnapshotStore;
  /** Infrastructure that links no cases. Default: the lists that come with hatrack. */
  readonly benign?: Benign;
  /** Takes secrets out of alerts, of what tools and models say. Default: what comes with hatrack, without digests. */
  readonly redactor?: Redactor;
  /** Counts repeats of an alert in one case, and heeds what people muted. Default: each alert has its own case. */
  readonly grouping?: Grouping;
  readonly clock?: Clock;
  /** Default: warnings and errors on the console. */
  readonly diagnostics?: Diagnostics;
}

/** What a gate of one's own is shown. */
export interface ProposedAction {
  readonly proposalId: string;
  readonly caseId: string;
  readonly verb: ActionVerb;
  readonly target: ActionTarget;
  readonly rationale: string;
  readonly proposedBy: string;
}

/** What a person said to it. Submitted through the one door; the human gate says what comes of it. */
export interface PersonSays {
  readonly decision: "authorise" | "reject";
  readonly principal: Principal;
  /** Required to reject. */
  readonly reason?: string;
}

/** Shows a proposal to people. Called at least once for each; `undefined`: nobody has decided here. */
export type OwnGate = (proposed: ProposedAction) => Promise<PersonSays | undefined> | PersonSays | undefined;

/** Hatrack's own normalised alert; what can be derived may be left out. */
export type AlertInput = Omit<Alert, "caseId" | "techniques" | "indicators"> &
  Partial<Pick<Alert, "techniques" | "indicators">>;

export class RoleTeam {
  readonly #options: TeamOptions;
  readonly #deps: RoleDeps;
  readonly #subscriptions: Subscription[] = [];
  readonly #failure = Promise.withResolvers<never>();
  #started: Promise<void> | undefined;
  #pauses: Pauses | undefined;

  constructor(options: TeamOptions) {
    const { clock = systemClock, diagnostics = troubleOnly, tools = [], keys } = options;
    this.#options = options;
    const bus = keys === undefined ? options.bus : new TrustedBus(options.bus, { trusted: keys.trusted });
    // Whoever does not ask for it must not end the process by it: the subscription has said so already.
    this.#failure.promise.catch(() => undefined);
    const recall = recallOf(bus, options);
    const memory = memoryOf(options);
    const { redactor, foreign } = options;
    const own = {
      ...(redactor === undefined ? {} : { redactor }),
      ...(foreign === undefined ? {} : { foreign }),
    };
    this.#deps = { bus, clock, diagnostics, tools, recall, memory, model: modelOf(options.model), ...own };
  }

  /** Rejects when a role stops for good, with why: a consumer group that vanished, a log that was replaced. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** Opens the log and starts every role; `consume` and `onActionProposed` do so too. */
  async start(): Promise<void> {
    this.#started ??= this.#start();
    await this.#started;
  }

  async #start(): Promise<void> {
    const { bus, roles, gate, keys } = this.#options;
    await bus.open([...roles.map((role) => role.name), ...(keys === undefined ? [] : [recordWatch])]);
    const pauses = await Pauses.of(this.#deps.bus, this.#deps.diagnostics);
    this.#pauses = pauses;
    pauses.ended.catch((error: unknown) => {
      this.#failure.reject(error);
    });
    for (const role of roles) {
      if (role.name !== "human-gate") this.#keep(this.#pausable(role, pauses));
      else if (gate !== undefined) this.#keep(role.start({ ...this.#deps, gate: withKey(gate, keys) }));
    }
    // Whoever runs the gate keeps watch over the record.
    if (keys?.gate !== undefined) this.#keep(startRecordWatch(bus, keys.trusted));
  }

  /** Publishes every alert of a source, or of any iterable of normalised alerts; resolves when it is exhausted. */
  async consume(
    alerts: AlertSource | AsyncIterable<AlertInput> | Iterable<AlertInput>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    await this.start();
    const { bus, clock, diagnostics, redactor } = this.#deps;
    const source = "items" in alerts ? alerts : sourceOf(alerts);
    const { grouping } = this.#options;
    await publishAlerts(bus, source, { clock, diagnostics, signal, redactor, grouping });
  }

  /** Hands each proposal to a gate of one's own, beside whatever other front ends there are. */
  onActionProposed(gate: OwnGate, name = "own-gate"): void {
    const started = this.start().then(async () => {
      await this.#options.bus.open([name]);
      const subscription =
        this.#options.gate === undefined ? this.#showProposals(gate, name) : this.#askOwnGate(gate, name);
      this.#keep(subscription);
    });
    this.#started = started;
    started.catch((error: unknown) => {
      this.#failure.reject(error);
    });
  }

  /** The gate is never paused: nobody could resume it. */
  #pausable(role: Role, pauses: Pauses): Subscription {
    const { diagnostics } = this.#deps;
    return pausable({ role: role.name, pauses, diagnostics, start: () => role.start(this.#deps) });
  }

  #keep(subscription: Subscription): void {
    this.#subscriptions.push(subscription);
    subscription.ended.catch((error: unknown) => {
      this.#failure.reject(error);
    });
  }

  #showProposals(gate: OwnGate, name: string): Subscription {
    const show = async (event: KnownEvent<"action.proposed">): Promise<void> => {
      const { verb, target, rationale } = event.data;
      const caseId = event.subject;
      const answer = await gate({
        proposalId: event.id,
        caseId,
        verb,
        target,
        rationale,
        proposedBy: "ir-lead",
      });
      if (answer === undefined) return;
      throw new HatrackError(
        "gate_not_configured",
        `team: a gate answered "${answer.decision}" for ${event.id}, but this team has no policy and directory to ` +
          "check it against; expected new RoleTeam({ …, gate: { policy, directory } })",
      );
    };
    return this.#deps.bus.subscribe(
      name,
      ["action.proposed"],
      async ({ event }) => {
        await show(event);
        return skip("shown");
      },
      { source: `/frontends/${name}` },
    );
  }

  #askOwnGate(gate: OwnGate, name: string): Subscription {
    return this.#deps.bus.subscribe(
      name,
      ["handoff.requested"],
      async ({ event }) => {
        const { ask, proposalId, digest } = event.data;
        const answer = await gate({ proposalId, caseId: event.subject, ...ask });
        if (answer === undefined) return skip("nobody decided here");
        const { decision, principal } = answer;
        if (decision === "reject" && !answer.reason) {
          throw new HatrackError(
            "reason_missing",
            `team: ${name} rejected ${proposalId} without saying why; expected { decision: "reject", principal, reason }`,
          );
        }
        const on = { proposalId, digest, principal, surface: name };
        const reason = answer.reason ?? "";
        const data = decision === "reject" ? { decision, ...on, reason } : { decision, ...on };
        return says({ type: "decision.submitted", data });
      },
      { source: `/frontends/${name}`, ...this.#signing() },
    );
  }

  #signing(): Pick<SubscribeOptions<"handoff.requested", undefined>, "sign"> {
    const key = this.#options.keys?.frontEnd;
    return key === undefined ? {} : { sign: (event) => key.sign(event) };
  }

  /** Finishes or hands back what is in hand; the bus stays open. */
  async stop(): Promise<void> {
    await this.#started;
    this.#pauses?.close();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }
}

function memoryOf({ snapshot, benign }: TeamOptions): Pick<MemoryOptions, "benign" | "snapshot"> {
  return { ...(snapshot === undefined ? {} : { snapshot }), ...(benign === undefined ? {} : { benign }) };
}

function recallOf(bus: Bus, options: TeamOptions): Pick<Precedents, "for"> {
  const { recall = "on" } = options;
  if (typeof recall !== "string") return recall;
  return new Precedents(bus, recall, memoryOf(options));
}

function withKey(gate: GateDeps, keys: Keyring | undefined): GateDeps {
  return keys?.gate === undefined ? gate : { ...gate, key: keys.gate };
}

function modelOf(model: BaseChatModel | ModelOf): ModelOf {
  // Told apart without the class: importing it costs the processes that need no model 50 MB.
  if (typeof model === "function") return model;
  return () => ({ chat: model, name: model.getName(), leg: "own" });
}

function sourceOf(alerts: AsyncIterable<AlertInput> | Iterable<AlertInput>): AlertSource {
  return {
    name: "own",
    async *items(): AsyncGenerator<SourceItem> {
      let line = 0;
      for await (const input of alerts) yield itemOf(input, (line += 1));
    },
  };
}

/** One that does not read is on the log as rejected; the rest goes on. */
function itemOf(input: AlertInput, line: number): SourceItem {
  const alert = Alert.safeParse({ techniques: [], indicators: [], ...input, caseId: caseIdOf(input) });
  if (alert.success) return { alert: alert.data };
  const reason = z.prettifyError(alert.error);
  return { rejected: { line, reason, excerpt: JSON.stringify(input).slice(0, 500) } };
}
