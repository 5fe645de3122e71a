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

/** Each that the record does not hold as a whole word, once; both in one spelling already. `recordOf` is asked if need be. */
export function madeUp(claim: string, recordOf: () => string): string[] {
  let left = claim.replace(known, " ");
  const missing: string[] = [];
  for (const shape of shapes) {
    missing.push(...(left.match(shape) ?? []).filter((name) => !isIn(recordOf(), name)));
    left = left.replace(shape, " ");
  }
  // One digit is a count as often as not: "two hosts", "2 hosts".
  const numbers = joined(left).match(/(?<![\w-])\d{2,}\b/g) ?? [];
  if (numbers.length > 0) {
    const counted = numbersIn(recordOf());
    missing.push(...numbers.filter((number) => !counted.has(bare(number))));
  }
  return [...new Set(missing)];
}

/** What is part of a name is no number: the 42 of ws-042 counts no hosts. */
function numbersIn(record: string): ReadonlySet<string> {
  const rest = shapes.reduce((text, shape) => text.replace(shape, " "), record);
  return new Set(`${rest} ${joined(rest)}`.match(/\d+/g)?.map(bare));
}

/** Not as part of a longer one: 10.0.0.1 is not in 10.0.0.12. A domain is in its own subdomain. */
function isIn(record: string, name: string): boolean {
  for (let at = record.indexOf(name); at >= 0; at = record.indexOf(name, at + 1)) {
    const after = record.slice(at + name.length, at + name.length + 2);
    if (!/[\w-]/.test(record.charAt(at - 1)) && !/^(?:[\w-]|\.\w)/.test(after)) return true;
  }
  return false;
}

/** 1,234 is 1234. */
const joined = (text: string): string => text.replace(/(\d)[,\u202f\u00a0](?=\d{3}\b)/g, "$1");
const bare = (digits: string): string => digits.replace(/^0+(?=\d)/, "");
