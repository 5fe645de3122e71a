/** From configuration to a backtest: the shipped roles, offline tools, a gate that asks and nobody who answers. */
import type { ModelOf } from "../../src/agent/role.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { staticDirectory } from "../../src/gate/static-directory.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import type { RecallArm } from "../../src/memory/precedents.ts";
import { replay, type Replayed, type ReplayOptions } from "../../src/replay/replay.ts";
import type { Ticket } from "../../src/replay/ticket.ts";
import { normaliseAlert } from "../../vendors/normalise.ts";
import { loadModel, loadOrganisation, loadToolbox } from "../assemble.ts";
import type { Config } from "../config.ts";
import { progressBar } from "../progress.ts";

/** The hats that work on a case; those of the calendar wake on no ticket. */
const hats = ["sentinel", "tier2", "ir-lead", "threat-intel", "human-gate"];

export type Player = "dry-run" | "rules" | "model";

export interface Wanted {
  readonly recall: RecallArm;
  readonly player: Player;
  readonly keepLog?: (bus: Pick<Bus, "read">) => Promise<void>;
}

export interface Settings {
  readonly config: Config;
  readonly seed: number;
  readonly windowMinutes: number;
  readonly parallel: number;
  readonly diagnostics: Diagnostics;
}

/** Loads what every run needs once; each run has a scratch log of its own. */
export async function backtests(
  tickets: readonly Ticket[],
  { config, ...settings }: Settings,
): Promise<(wanted: Wanted) => Promise<Replayed>> {
  const { soc, inventory, policy } = await loadOrganisation(config);
  const tools = await loadToolbox(config, inventory);
  const roles = await Promise.all(hats.map(loadNamedRole));
  const directory = staticDirectory({
    ...{ onCall: soc.onCall, people: soc.people, team: "replay", clock: systemClock },
  });
  const common: Omit<ReplayOptions, "recall" | "model"> = {
    ...{ tickets, alertOf: ({ alert }) => normaliseAlert(alert), roles, tools, gate: { policy, directory } },
    ...settings,
  };
  return async ({ recall, player, keepLog }) => {
    const model = await modelFor(config, player);
    const bar = progressBar(nameOf(player, recall), tickets.length);
    try {
      const progress = (done: number, { input, output }: Tokens): void => {
        bar.step(done, input + output === 0 ? "" : `${input + output} tokens`);
      };
      return await replay({ ...common, recall, model, progress, ...(keepLog && { keepLog }) });
    } finally {
      bar.end();
    }
  };
}

interface Tokens {
  readonly input: number;
  readonly output: number;
}

const nameOf = (player: Player, recall: RecallArm): string =>
  `${{ "dry-run": "dry run", rules: "by rules", model: "replay" }[player]}, recall ${recall}`;

async function modelFor(config: Config, player: Player): Promise<ModelOf> {
  if (player === "dry-run") return (await import("../../src/replay/dry-run.ts")).dryRunModel;
  return loadModel(player === "rules" ? { ...config, llm: undefined } : config);
}

/** Who plays, for `--model NAME`: "baseline", or a model of the configured server. */
export function playerOf(config: Config, name: string | undefined): { config: Config; player: Player } {
  if (name === "baseline") return { config, player: "rules" };
  if (name === undefined) return { config, player: config.llm === undefined ? "rules" : "model" };
  if (config.llm === undefined) {
    throw new HatrackError(
      "config_invalid",
      `--model ${name}: no server is configured that could play it; expected LLM_BASE_URL=http://127.0.0.1:8000/v1, or --model baseline`,
    );
  }
  return { config: { ...config, llm: { ...config.llm, model: name } }, player: "model" };
}
