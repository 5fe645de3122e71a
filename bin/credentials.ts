/**
 * Secrets as systemd hands them on (LoadCredential=): files in $CREDENTIALS_DIRECTORY, each named as the variable it
 * stands for. What is set in the environment itself is taken first.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HatrackError, reasonOf } from "../src/errors.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** @throws HatrackError `credentials_unreadable` */
export function withCredentials(env: Variables): Variables {
  const folder = env["CREDENTIALS_DIRECTORY"];
  if (folder === undefined || folder === "") return env;
  try {
    // Keys lie there too, as gate.key: HATRACK_KEYS names the folder for them.
    const names = readdirSync(folder).filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name));
    return {
      ...Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")])),
      ...env,
    };
  } catch (cause) {
    const message = `CREDENTIALS_DIRECTORY=${folder}: expected a folder of files this user can read (${reasonOf(cause)})`;
    throw new HatrackError("credentials_unreadable", message, { cause });
  }
}
