import { reasonOf } from "./errors.ts";

/** One thing the doctor looked at. `fix` stands where something can be done about it. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail" | "skipped";
  readonly found: string;
  readonly fix?: string;
}

/** Runs a check; what it throws is what is broken, and `fix` says what to do then. */
export async function examine(
  name: string,
  fix: string,
  look: () => Promise<string> | string,
): Promise<Check> {
  try {
    return { name, status: "ok", found: await look() };
  } catch (error) {
    return { name, status: "fail", found: reasonOf(error), fix };
  }
}
