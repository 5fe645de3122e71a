import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { anchorText, type Anchor, type Link } from "../../src/bus/archive/chain.ts";
import { verifyPartition, type Verified } from "../../src/bus/archive/verify.ts";
import { verifyExport, type ExportLink } from "../../src/bus/archive/verify-export.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { eventText } from "../../src/events/parse.ts";
import { linesOf } from "../../vendors/lines.ts";
import { chainOf } from "./export.ts";

/**
 * `damaged`: something is not what it was. `unchanged`: it agrees with a head that was kept outside the log.
 * `consistent`: nothing contradicts it, and nothing outside vouches for it.
 */
export type Verdict = "damaged" | "unchanged" | "consistent";

export interface AuditReport {
  readonly verdict: Verdict;
  readonly partitions: readonly Verified[];
}

export function reportOf(partitions: readonly Verified[], anchors: readonly Anchor[]): AuditReport {
  const damaged = partitions.some(({ damage }) => damage.length > 0);
  const verdict = damaged ? "damaged" : anchors.length > 0 ? "unchanged" : "consistent";
  return { verdict, partitions };
}

/** @param anchors of partitions the log does not have are wrong usage */
export async function verifyBus(bus: Bus, anchors: readonly Anchor[]): Promise<Verified[]> {
  const { RedisBus } = await import("../../src/bus/redis-bus.ts");
  if (!(bus instanceof RedisBus)) {
    demandPartitions(anchors, 1);
    return [await verifyPartition({ partition: 0, live: links(bus), anchors })];
  }
  demandPartitions(anchors, bus.parts.length);
  return await Promise.all(bus.parts.map((part) => part.verify(anchors)));
}

function demandPartitions(anchors: readonly Anchor[], partitions: number): void {
  const [foreign] = anchors.filter(({ partition }) => partition >= partitions);
  if (foreign === undefined) return;
  const message = `--anchor ${anchorText(foreign)}: this log has ${partitions} partition${partitions === 1 ? "" : "s"}`;
  throw new HatrackError("usage", message);
}

async function* links(bus: Bus): AsyncGenerator<Link> {
  for await (const { position, event } of bus.read()) yield { position, text: eventText(event) };
}

/** An event is at most 64 KB. */
const mostBytes = 256 * 1024;

const ChainLine = z.tuple([z.int(), z.string(), z.string()]);

/** @throws HatrackError `chain_missing`, `log_file_invalid` */
export async function verifyFile(file: string, anchors: readonly Anchor[]): Promise<Verified[]> {
  if (!existsSync(file)) throw new HatrackError("file_unreadable", `--log ${file}: there is no such file`);
  if (!existsSync(chainOf(file))) {
    throw new HatrackError(
      "chain_missing",
      `${chainOf(file)}: there is none; "audit export --out ${file}" writes it beside the export, and without it nobody ` +
        "can tell whether the export is what it was",
    );
  }
  const text = await readFile(chainOf(file), "utf8");
  const chain = text
    .split("\n")
    .flatMap((line, at) => (line === "" ? [] : [linkOf(line, `${chainOf(file)}:${at + 1}`)]));
  return await verifyExport({ lines: textsOf(file), chain, file }, anchors);
}

/** Split at line feeds alone: a text may hold the other line ends that Unicode has. */
async function* textsOf(file: string): AsyncGenerator<string> {
  for await (const { text } of linesOf(createReadStream(file), mostBytes)) yield text;
}

function linkOf(line: string, where: string): ExportLink {
  try {
    const [partition, position, hash] = ChainLine.parse(JSON.parse(line));
    return { partition, position, hash };
  } catch (cause) {
    throw new HatrackError("log_file_invalid", `${where}: expected [partition, position, hash]`, { cause });
  }
}

/** For people. */
export function reportLines({ verdict, partitions }: AuditReport): string[] {
  const lines = partitions.flatMap(({ partition, entries, segments, head, agreesWith, erased, damage }) => [
    `partition ${partition}: ${entries} entries${segments === 0 ? "" : `, ${segments} segments in the archive`}`,
    ...(head === undefined ? [] : [`  head ${anchorText({ partition, ...head })}`]),
    ...agreesWith.map((what) => `  agrees with ${what}`),
    ...erased.map(
      (of) =>
        `  erased ${of.entries} entries after ${of.from} up to ${of.to}, at ${of.at} by ${of.by}: ${of.why}`,
    ),
    ...damage.map(({ where, what }) => `  DAMAGED ${where}: ${what}`),
  ]);
  const means = {
    damaged: "DAMAGED: the record is not what it was.",
    unchanged: "UNCHANGED up to the anchors that were given.",
    consistent:
      "CONSISTENT: nothing contradicts it. With --anchor HEAD, kept outside this machine, it could be called unchanged.",
  };
  return [...lines, means[verdict]];
}
