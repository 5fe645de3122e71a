/** From configuration to the parts that `start`, `role` and `slack` run: people, policy, tools, model. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { Redactor } from "../src/agent/redact.ts";
import type { ModelOf } from "../src/agent/role.ts";
import type { Bus } from "../src/bus/bus.ts";
import { systemClock } from "../src/clock.ts";
import type { Policy } from "../src/gate/policy.ts";
import type { Narrator } from "../src/memory/explain.ts";
import { loadSocFile, policyOf } from "../src/soc-file.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { parseInventory, type Inventory } from "../vendors/inventory.ts";
import type { ToolDeps } from "../vendors/tools/all-tools.ts";
import type { Config } from "./config.ts";
import type { ModelsDeps } from "./models.ts";
import { home, readJson } from "./reference.ts";
import { benignOf } from "./remembering.ts";

export interface Organisation {
  readonly soc: SocFile;
  readonly inventory: Inventory;
  readonly policy: Policy;
}

export function loadSoc({ socFile }: Pick<Config, "socFile">): Promise<SocFile> {
  return loadSocFile(socFile ?? join(home, "soc.yaml"));
}

/** Who is asked, and what is theirs: soc.yaml and the inventory. */
export async function loadOrganisation(config: Config): Promise<Organisation> {
  const soc = await loadSoc(config);
  const file = config.inventoryFile ?? join(home, "fixtures/inventory.json");
  const inventory = parseInventory(await readJson(file, "inventory"), file);
  return { soc, inventory, policy: policyOf(soc, (target) => inventory.classOf(target)) };
}

/** The read-only look-ups a role may be bound to. */
export async function loadTools(
  config: Config,
  bus: Bus,
  inventory: Inventory,
): Promise<StructuredToolInterface[]> {
  return (await loadToolbox(config, inventory))({ bus, clock: systemClock });
}

/** The same, with what they read loaded once: for who gives them a log and a time of its own. */
export async function loadToolbox(
  config: Config,
  inventory: Inventory,
): Promise<(past: Pick<ToolDeps, "bus" | "clock" | "asOf">) => StructuredToolInterface[]> {
  const { allTools } = await import("../vendors/tools/all-tools.ts");
  const reputation = config.reputationFile ?? join(home, "fixtures/reputation.json");
  const read = {
    inventory,
    reputation: await readJson(reputation, "reputation"),
    attack: await readJson(join(home, "reference/attack.json"), "ATT&CK"),
    kev: await readJson(join(home, "reference/kev.json"), "known exploited vulnerabilities"),
    benign: await benignOf(config),
  };
  return (past) => allTools({ ...read, ...past });
}

/** The configured model servers for every hat, or `baseline`, which plays each by its rules. */
export async function loadModel({ llm }: Pick<Config, "llm">, deps: ModelsDeps = {}): Promise<ModelOf> {
  if (llm !== undefined) {
    const { servedModels } = await import("./models.ts");
    return servedModels(llm, deps);
  }
  const { RuleModel } = await import("../src/models/rule-model.ts");
  return ({ name, rules }) => ({
    chat: new RuleModel({ role: name, rules }),
    name: "baseline",
    leg: "embedded",
  });
}

/**
 * Words explanations, where a real model is configured; `baseline` plays roles and words nothing.
 * @param models where the process has them for its roles too: one server has one limit of calls
 */
export async function loadNarrator(
  config: Config,
  { redactor, models }: { readonly redactor?: Redactor; readonly models?: ModelOf } = {},
): Promise<Narrator | undefined> {
  if (config.llm === undefined) return undefined;
  const { narratorOf } = await import("../src/agent/narrator.ts");
  const model = (models ?? (await loadModel(config)))({ name: "narrator", rules: undefined });
  return model && narratorOf(model, () => randomBytes(8).toString("hex"), redactor);
}
