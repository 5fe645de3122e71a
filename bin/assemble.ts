/** From configuration to the parts that `start`, `role` and `slack` run: people, policy, tools, model. */
import { join } from "node:path";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { ModelOf } from "../src/agent/role.ts";
import type { Bus } from "../src/bus/bus.ts";
import { systemClock } from "../src/clock.ts";
import type { Policy } from "../src/gate/policy.ts";
import { benignFrom } from "../src/indicators/benign.ts";
import { loadSocFile, policyOf } from "../src/soc-file.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { parseInventory, type Inventory } from "../vendors/inventory.ts";
import type { Config } from "./config.ts";
import { home, readJson } from "./reference.ts";

export interface Organisation {
  readonly soc: SocFile;
  readonly inventory: Inventory;
  readonly policy: Policy;
}

/** Who is asked, and what is theirs: soc.yaml and the inventory. */
export async function loadOrganisation(config: Config): Promise<Organisation> {
  const soc = await loadSocFile(config.socFile ?? join(home, "soc.yaml"));
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
  const { allTools } = await import("../vendors/tools/all-tools.ts");
  const reputation = config.reputationFile ?? join(home, "fixtures/reputation.json");
  return allTools({
    bus,
    inventory,
    clock: systemClock,
    reputation: await readJson(reputation, "reputation"),
    attack: await readJson(join(home, "reference/attack.json"), "ATT&CK"),
    kev: await readJson(join(home, "reference/kev.json"), "known exploited vulnerabilities"),
    benign: benignFrom(await readJson(join(home, "reference/benign.json"), "benign lists")),
  });
}

/** The configured model server for every hat, or `baseline`, which plays each by its rules. */
export async function loadModel(config: Config): Promise<ModelOf> {
  if (config.llm !== undefined) {
    const { openAiModel } = await import("../vendors/openai.ts");
    const model = await openAiModel(config.llm);
    return () => model;
  }
  const { RuleModel } = await import("../src/models/rule-model.ts");
  return ({ name, rules }) => ({
    chat: new RuleModel({ role: name, rules }),
    name: "baseline",
    leg: "embedded",
  });
}
