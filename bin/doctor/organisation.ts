/** The files that say who is asked, what is theirs and what is known: each on its own, so that each is named. */
import { join } from "node:path";
import { examine, type Check } from "../../src/check.ts";
import { loadRoles } from "../../src/load-roles.ts";
import { loadSocFile } from "../../src/soc-file.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import { parseInventory } from "../../vendors/inventory.ts";
import { parseReputation } from "../../vendors/reputation.ts";
import type { Config } from "../config.ts";
import { home, readJson } from "../reference.ts";
import { checkKeys, checkPager } from "./keys.ts";

/** Returns soc.yaml when it could be read. */
export async function* checkOrganisation(config: Config): AsyncGenerator<Check, SocFile | undefined> {
  let soc: SocFile | undefined;
  yield await examine(
    "soc.yaml",
    "Correct the line it names, or name the file with SOC_FILE; the soc.yaml that comes with hatrack is a whole one.",
    async () => {
      soc = await loadSocFile(config.socFile ?? join(home, "soc.yaml"));
      return `${soc.policy.rules.length} policy rules, ${Object.keys(soc.onCall).length} on-call roles`;
    },
  );
  yield await examine(
    "inventory",
    "Name your inventory with INVENTORY_FILE (its shape is in fixtures/README.md). Without it the invented one is used.",
    async () => {
      const file = config.inventoryFile ?? join(home, "fixtures/inventory.json");
      parseInventory(await readJson(file, "inventory"), file);
      return config.inventoryFile ?? "the invented company of fixtures/ (INVENTORY_FILE names yours)";
    },
  );
  yield await examine(
    "reputation feed",
    "Name your feed with REPUTATION_FILE (its shape is in fixtures/README.md). Without it the invented one is used.",
    async () => {
      const file = config.reputationFile ?? join(home, "fixtures/reputation.json");
      parseReputation(await readJson(file, "reputation"));
      return config.reputationFile ?? "the invented one of fixtures/ (REPUTATION_FILE names yours)";
    },
  );
  yield await examine(
    "roles",
    "Correct the role's file as the message says.",
    async () => `${(await loadRoles()).length} roles load`,
  );
  yield await checkKeys(config);
  yield await checkPager(config);
  return soc;
}
