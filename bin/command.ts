import type { ParseArgsOptionsConfig } from "node:util";
import type { Config } from "./config.ts";

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Invocation {
  readonly positionals: readonly string[];
  readonly values: Values;
  /** Reads the environment; throws `config_invalid`. */
  readonly config: () => Config;
  /** Writes one line to stdout. */
  readonly print: (line: string) => void;
}

/** One command of the command line. Errors are thrown; what it returns is the exit code (0 good, 1 failed). */
export interface Command {
  readonly usage: string;
  /** Shown by `--help`, below the usage. */
  readonly help: string;
  readonly options: ParseArgsOptionsConfig;
  /** How many words may follow it; one more is wrong usage. Default: any. */
  readonly takes?: number;
  run(invocation: Invocation): Promise<number>;
}

export function textOption(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** An option that may be given more than once. */
export function textOptions(values: Values, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

export function flag(values: Values, name: string): boolean {
  return values[name] === true;
}
