/** The look-ups over the network that soc.yaml gives to roles: their names, and a list that is fetched as it is now. */
import { examine, type Check } from "../../src/check.ts";
import { isoTime } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadRoles } from "../../src/load-roles.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import type { Config } from "../config.ts";

export async function* checkLookups(
  config: Pick<Config, "dataDir" | "falcon">,
  { lookups }: Pick<SocFile, "lookups">,
  feodoUrl?: string,
): AsyncGenerator<Check> {
  const given = Object.entries(lookups);
  if (given.length === 0) return;
  const { feodoOf, unknownLookups } = await import("../lookups.ts");
  yield await examine(
    "look-ups",
    "Correct lookups in soc.yaml: the names stand in docs/tools.md.",
    async () => {
      const roles = (await loadRoles()).map(({ name }) => name);
      const nobody = given
        .filter(([role]) => !roles.includes(role))
        .map(([role]) => `lookups.${role}: there is no such role`);
      const wrong = [...unknownLookups({ lookups }), ...nobody];
      if (wrong.length > 0) throw new HatrackError("config_invalid", wrong.join("; "));
      const said = given.map(([role, names]) => `${role}: ${names.join(", ")}`).join("; ");
      return config.falcon === undefined
        ? `${said} (those of Falcon are not there: it is not configured)`
        : said;
    },
  );
  if (!given.some(([, names]) => names.includes("feodo_tracker"))) return;
  const fix = "Let this machine reach https://feodotracker.abuse.ch, or take feodo_tracker out of soc.yaml.";
  yield await examine("Feodo Tracker", fix, async () => {
    const from = feodoUrl === undefined ? {} : { feodoUrl };
    const { value, ofMs } = await feodoOf({
      dataDir: config.dataDir,
      diagnostics: silent,
      ...from,
    }).current();
    return `list of ${isoTime(ofMs)}, ${value.entries} entries`;
  });
}
