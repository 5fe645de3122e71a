/** The fewest CIDR blocks that cover the same addresses: a published range list shrinks to half or less. */
import ipaddr from "ipaddr.js";
import { HatrackError } from "../src/errors.ts";

interface Block {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** Merges addresses and CIDR blocks, IPv4 before IPv6, in order of address. A bare address stays bare. */
export function mergeBlocks(values: readonly string[]): string[] {
  const blocks = values.map(toBlock);
  return ([32, 128] as const).flatMap((bits) => {
    const sorted = blocks
      .filter((block) => block.bits === bits)
      .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    return joined(sorted).flatMap(toCidrs);
  });
}

function toBlock(value: string): Block {
  const whole = value.includes("/") ? value : `${value}/${value.includes(":") ? 128 : 32}`;
  if (!ipaddr.isValidCIDR(whole)) {
    throw new HatrackError(
      "reference_source_invalid",
      `reference/cidr: ${value} is not an address or CIDR block`,
    );
  }
  const [address, length] = ipaddr.parseCIDR(whole);
  const bits = address.kind() === "ipv4" ? 32 : 128;
  const number = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const size = 1n << BigInt(bits - length);
  const first = number - (number % size);
  return { bits, first, last: first + size - 1n };
}

function joined(sorted: readonly Block[]): Block[] {
  const out: Block[] = [];
  for (const block of sorted) {
    const before = out.at(-1);
    if (before === undefined || block.first > before.last + 1n) out.push(block);
    else if (block.last > before.last) out[out.length - 1] = { ...before, last: block.last };
  }
  return out;
}

function toCidrs({ bits, first, last }: Block): string[] {
  const out: string[] = [];
  for (let at = first; at <= last;) {
    let free = 0;
    while (free < bits && at % (1n << BigInt(free + 1)) === 0n && at + (1n << BigInt(free + 1)) - 1n <= last)
      free += 1;
    out.push(free === 0 ? toText(at, bits) : `${toText(at, bits)}/${bits - free}`);
    at += 1n << BigInt(free);
  }
  return out;
}

function toText(number: bigint, bits: 32 | 128): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((number >> BigInt(bits - 8 * (index + 1))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
