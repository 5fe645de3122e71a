/**
 * The numbers and names a claim says: addresses, domains, files, hashes, accounts, hosts, counts. What of them occurs
 * nowhere in the record was made up, however true the quote beside it is. Pure.
 */
const shapes: readonly RegExp[] = [
  /\b[0-9a-f]{32,128}\b/g, // hashes
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/g, // addresses
  /\b[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9_-]{1,}\b/g, // domains, files, j.doe
  /\b[a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d[\w-]*\b/g, // hosts: fin-ws-042
];

/** ATT&CK's and everybody's words; what is known needs no record. */
const known = /\bt\d{4}(?:\.\d{3})?\b|\b(?:utf-(?:8|16)|aes-(?:128|256)|sha-(?:1|256|512)|x86-64)\b/g;

/** Each that `record` does not hold, once; both in one spelling already. */
export function madeUp(claim: string, record: string): string[] {
  let left = claim.replace(known, " ");
  const missing: string[] = [];
  for (const shape of shapes) {
    missing.push(...(left.match(shape) ?? []).filter((name) => !record.includes(name)));
    left = left.replace(shape, " ");
  }
  // One digit is a count as often as not: "two hosts", "2 hosts".
  const numbers = left.replace(/(\d)[,\u202f\u00a0](?=\d{3}\b)/g, "$1").match(/(?<![\w-])\d{2,}\b/g) ?? [];
  const runs = new Set((record.match(/\d+/g) ?? []).map(bare));
  missing.push(...numbers.filter((number) => !runs.has(bare(number))));
  return [...new Set(missing)];
}

const bare = (digits: string): string => digits.replace(/^0+(?=\d)/, "");
