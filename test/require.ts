/**
 * What a test needs from outside the project: `data` (the public data sets), `redis` (redis-server on the PATH)
 * and `chromium`. HATRACK_REQUIRE names, comma-separated, what must be there; the rest is skipped with a reason.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

export type Need = "data" | "redis" | "chromium";

const root = resolve(import.meta.dirname, "..");
const required = (process.env["HATRACK_REQUIRE"] ?? "").split(",").map((name) => name.trim());

/** A file of the public data sets, found by HATRACK_DATA. */
export function dataPath(...parts: readonly string[]): string {
  return join(resolve(root, process.env["HATRACK_DATA"] ?? "../shared/data"), ...parts);
}

export const chromiumPath = process.env["HATRACK_CHROMIUM"] ?? "/usr/bin/chromium";

/** True when it is there; when not: throws if it is required, else prints why the test is skipped. */
export function requires(need: Need): boolean {
  const missing = whyMissing(need);
  if (missing === undefined) return true;
  if (required.includes(need)) throw new Error(`HATRACK_REQUIRE names ${need}, but ${missing}`);
  console.warn(`skipped: ${missing}`);
  return false;
}

function whyMissing(need: Need): string | undefined {
  if (need === "data") {
    return existsSync(dataPath("README.md")) ? undefined : `no data sets at ${dataPath()} (set HATRACK_DATA)`;
  }
  if (need === "chromium") {
    return existsSync(chromiumPath) ? undefined : `no chromium at ${chromiumPath} (apt-get install chromium)`;
  }
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no redis-server on the PATH (apt-get install redis-server)";
  }
}
