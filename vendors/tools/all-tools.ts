/** Every built-in look-up. They read files and the log only: none of them reaches the network or changes anything. */
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { Bus } from "../../src/bus/bus.ts";
import type { Clock } from "../../src/clock.ts";
import { noLists, type Benign } from "../../src/indicators/benign.ts";
import type { Inventory } from "../inventory.ts";
import { parseReputation, reputationAsOf } from "../reputation.ts";
import { attackTechnique } from "./attack-technique.ts";
import { decodeCommand } from "./decode-command.ts";
import { hostDetails } from "./host-details.ts";
import { indicatorReputation } from "./indicator-reputation.ts";
import { knownExploited } from "./known-exploited.ts";
import { relatedAlerts } from "./related-alerts.ts";
import { userDetails } from "./user-details.ts";

export interface ToolDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly inventory: Inventory;
  /** As fixtures/reputation.json. */
  readonly reputation: unknown;
  /** As reference/attack.json. */
  readonly attack: unknown;
  /** As reference/kev.json. */
  readonly kev: unknown;
  readonly benign?: Benign;
  /** Alerts that came in and indicators that were listed later are not there; for a replay, which knows the past alone. Default: all of the log. */
  readonly asOf?: () => number;
}

/** @throws HatrackError `reputation_invalid`, `reference_invalid` */
export function allTools(deps: ToolDeps): StructuredToolInterface[] {
  const whole = parseReputation(deps.reputation);
  const reputation = deps.asOf === undefined ? whole : reputationAsOf(whole, deps.asOf);
  return [
    hostDetails(deps.inventory),
    userDetails(deps.inventory),
    indicatorReputation(reputation, deps.benign ?? noLists),
    knownExploited(deps.kev),
    attackTechnique(deps.attack),
    decodeCommand(),
    relatedAlerts(deps),
  ];
}
