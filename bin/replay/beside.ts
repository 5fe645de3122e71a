/** The inventory and the indicator feed that belong to a ticket file: `NAME.inventory.json` beside `NAME.jsonl`. */
import { access } from "node:fs/promises";
import type { Config } from "../config.ts";

type Files = Pick<Config, "inventoryFile" | "reputationFile">;

/** What is configured counts; what is not is looked for beside the tickets, and is the usual sample where it is not there. */
export async function filesBeside<C extends Files>(tickets: string, config: C): Promise<C> {
  if (!tickets.endsWith(".jsonl")) return config;
  const beside = async (name: string): Promise<string | undefined> => {
    const file = tickets.replace(/\.jsonl$/, `.${name}.json`);
    return (await isThere(file)) ? file : undefined;
  };
  return {
    ...config,
    inventoryFile: config.inventoryFile ?? (await beside("inventory")),
    reputationFile: config.reputationFile ?? (await beside("reputation")),
  };
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
