/** `npm run bench -- NAME [--json]`: runs bench/NAME.bench.ts and prints its rows. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reasonOf } from "../src/errors.ts";
import type { Options, Row } from "./row.ts";

interface Bench {
  run(options: Options): Promise<readonly Row[]>;
}

const suffix = ".bench.ts";
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));

function isBench(module: unknown): module is Bench {
  return typeof module === "object" && module !== null && "run" in module && typeof module.run === "function";
}

async function load(name: string): Promise<Bench> {
  const module: unknown = await import(join(import.meta.dirname, name + suffix));
  if (isBench(module)) return module;
  throw new Error(`bench ${name}: expected bench/${name}${suffix} to export run(): Promise<Row[]>`);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, value, unit, peer, peer_value, ratio }) => [
    what,
    `${value} ${unit}`,
    peer === null ? "" : `${peer}: ${peer_value ?? "?"} ${unit}`,
    ratio === null ? "" : `× ${ratio}`,
  ]);
  const width = (column: number): number => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(width(column))).join("   "))
    .map((line) => line.trimEnd())
    .join("\n");
}

async function main(): Promise<number> {
  const usage = `usage: npm run bench -- NAME [--json] [--cases N,…], NAME one of: ${names.join(", ")}`;
  let name: string | undefined;
  let json: boolean | undefined;
  let cases: string | undefined;
  try {
    const parsed = parseArgs({
      options: { json: { type: "boolean" }, cases: { type: "string" } },
      allowPositionals: true,
    });
    [name] = parsed.positionals;
    ({ json, cases } = parsed.values);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n${usage}\n`);
    return 2;
  }
  if (name === undefined || !names.includes(name)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const rows = await (await load(name)).run({ cases });
  process.stdout.write(`${json === true ? JSON.stringify({ name, rows }) : table(rows)}\n`);
  return 0;
}

process.exitCode = await main();
