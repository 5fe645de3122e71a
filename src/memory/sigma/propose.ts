/**
 * An exclusion as a Sigma filter, where one can be written: the alerts say which program ran, and the filter, read back
 * from its own YAML, keeps every cleared alert quiet and hides none that nobody cleared.
 */
import { stringify } from "yaml";
import type { Alert } from "../../events/alert-events.ts";
import { reasonOf } from "../../errors.ts";
import { sha256 } from "../../events/canonical.ts";
import { parseFilter, type SigmaEvent } from "./filter.ts";
import { literal } from "./pattern.ts";

/** What is excluded together. */
export type Trait = "program" | "user" | "host" | "command line";
export type Exclusion = Readonly<Partial<Record<Trait, string>>>;

export interface ToFilter {
  readonly rule: string;
  readonly tuningId: string;
  /** "2026-03-02" */
  readonly day: string;
  readonly exclusion: Exclusion;
  /** The alerts it must keep quiet, and those of the rule it must not touch. */
  readonly quiet: readonly Alert[];
  readonly others: readonly Alert[];
}

export type ProposedFilter = { readonly yaml: string; readonly covers: number } | { readonly none: string };

/** An event has its size, and a filter that nobody can read is none. */
const longest = 8_000;

export function filterFor(of: ToFilter): ProposedFilter {
  const product = productOf(of.quiet);
  if (product === undefined) {
    return {
      none: "The cleared alerts do not say which program ran where, so their log source is not known.",
    };
  }
  const folderless = of.exclusion.program !== undefined && !/[\\/]/.test(of.exclusion.program);
  if (folderless)
    return { none: "The program has no folder: the filter would hide any program of that name." };
  const yaml = stringify(documentOf(of, product), {
    lineWidth: 0,
    defaultStringType: "QUOTE_SINGLE",
    defaultKeyType: "PLAIN",
  });
  if (yaml.length > longest) return { none: `The filter would have more than ${longest} characters.` };
  return tried(of, yaml);
}

/** What does not do what it should is not proposed, and says so. */
function tried({ quiet, others }: ToFilter, yaml: string): ProposedFilter {
  try {
    const filter = parseFilter(yaml);
    const hidden = (alerts: readonly Alert[]): number =>
      alerts.filter((alert) => !filter.passes(sigmaEventOf(alert))).length;
    const [covers, hides] = [hidden(quiet), hidden(others)];
    if (covers < quiet.length)
      return { none: `The filter would cover ${covers} of ${quiet.length} cleared alerts.` };
    if (hides > 0) return { none: `The filter would hide ${hides} more that nobody cleared.` };
    return { yaml, covers };
  } catch (error) {
    return { none: `The filter could not be read back: ${reasonOf(error).slice(0, 300)}` };
  }
}

type Product = "windows" | "macos" | "linux";

/** Of all alerts the same; undefined when one of them names no program, or they differ. */
function productOf(alerts: readonly Alert[]): Product | undefined {
  const products = new Set(alerts.map(({ process, host }) => productBy(process?.path ?? "", host?.os ?? "")));
  const [one] = products;
  return products.size === 1 ? one : undefined;
}

function productBy(path: string, os: string): Product | undefined {
  if (/^(?:\\|[a-z]:\\)/i.test(path)) return "windows";
  if (!path.startsWith("/")) return undefined;
  return /mac|darwin/i.test(os) || /^\/(?:Applications|Library|System|Users)\//.test(path)
    ? "macos"
    : "linux";
}

function documentOf({ rule, tuningId, day, exclusion, quiet }: ToFilter, product: Product): object {
  const [first] = quiet;
  const ids = new Set(quiet.map((alert) => alert.rule.id));
  const id = first !== undefined && ids.size === 1 && uuid.test(first.rule.id) ? first.rule.id : rule;
  const cases = quiet.slice(-10).map(({ caseId }) => caseId);
  return {
    title: `Cleared alerts of ${rule}`.slice(0, 256),
    id: uuidOf(tuningId),
    description:
      `${quiet.length} alerts of this rule were cleared (${cases.join(", ")}). Proposed as ${tuningId}; ` +
      "it hides none of the same time that was not cleared.",
    date: day,
    logsource: { category: "process_creation", product },
    filter: { rules: [id], selection: selectionOf(exclusion, product), condition: "not selection" },
  };
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The same for the same tuning; of the version that RFC 9562 leaves to whoever makes it. */
function uuidOf(tuningId: string): string {
  const hex = sha256(`sigma filter ${tuningId}`);
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join("-");
}

function selectionOf(exclusion: Exclusion, product: Product): Record<string, string | string[]> {
  const { program, user, host, "command line": command } = exclusion;
  return {
    ...(program === undefined ? {} : { Image: imageOf(program) }),
    ...(command === undefined ? {} : { CommandLine: literal(command) }),
    ...(user === undefined ? {} : { User: userOf(user, product) }),
    ...(host === undefined ? {} : { Computer: literal(host) }),
  };
}

/** A device path names a volume that a log by drive letter does not know: any one letter, and the same folders. */
const device = /^\\Device\\HarddiskVolume\d+(?=\\)/i;

function imageOf(program: string): string {
  return device.test(program) ? `?:${literal(program.replace(device, ""))}` : literal(program);
}

/** A log writes the domain before a user's name, an alert mostly does not. */
function userOf(user: string, product: Product): string | string[] {
  if (product !== "windows" || /[\\@]/.test(user)) return literal(user);
  return [literal(user), `*\\\\${literal(user)}`];
}

/** The alert as a log of Windows' or Linux's process creation would have it, by Sigma's names of fields. */
export function sigmaEventOf({ process, user, host }: Alert): SigmaEvent {
  return {
    Image: process?.path?.replace(device, "C:"),
    CommandLine: process?.commandLine,
    User: user?.name,
    Computer: host?.name,
  };
}
