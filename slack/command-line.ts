/** What somebody typed after `/soc`: a command with its argument, or what was wrong and what may have been meant. */
import { CaseId } from "../src/events/vocabulary.ts";

export type SocCommand =
  | { readonly command: "help" }
  | { readonly command: "pending" }
  | { readonly command: "case"; readonly caseId: string }
  | { readonly command: "who"; readonly role: string };

export type SocLine =
  SocCommand | { readonly command: "unclear"; readonly problem: string; readonly hint: string };

export const usages = [
  { name: "case", usage: "case CASE", tells: "what is known of a case, and what waits for whom" },
  { name: "pending", usage: "pending", tells: "what waits for an answer, or to be carried out" },
  { name: "who", usage: "who ROLE", tells: "who is on call for a role now" },
  { name: "help", usage: "help", tells: "this list" },
] as const;

/** Never throws: whatever was typed gets an answer. */
export function parseSocLine(line: string): SocLine {
  const [word = "", ...rest] = line.trim().split(/\s+/);
  const name = word.toLowerCase();
  const argument = rest.join(" ").trim();
  if (["", "help"].includes(name)) return { command: "help" };
  if (name === "pending") return { command: "pending" };
  if (name === "case") return caseLine(argument);
  if (name === "who") return whoLine(argument);
  const id = caseIdOf(word);
  if (id !== undefined && rest.length === 0) return { command: "case", caseId: id };
  const meant = nearest(
    name,
    usages.map((usage) => usage.name),
  );
  const hint = meant === undefined ? "/soc help" : `/soc ${[meant, argument].join(" ").trim()}`;
  return unclear(`There is no command "${word.slice(0, 40)}".`, hint);
}

/** The candidate that is closest to what was typed, if a slip of the finger explains it. */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, far: distance(typed.slice(0, 40), candidate) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  if (best === undefined) return undefined;
  return best.far <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

function caseLine(argument: string): SocLine {
  if (argument === "") return unclear("Which case?", "/soc case CASE-7K3F9QWM2T");
  const caseId = caseIdOf(argument);
  if (caseId !== undefined) return { command: "case", caseId };
  return unclear(`"${argument.slice(0, 40)}" is not a case id.`, "/soc case CASE-7K3F9QWM2T");
}

function whoLine(argument: string): SocLine {
  if (argument === "") return unclear("Which role?", "/soc who ir-lead-oncall");
  return { command: "who", role: argument.replace(/^@/, "").toLowerCase() };
}

/** "case-7k3f9qwm2t", "7K3F9QWM2T" and `CASE-7K3F9QWM2T` are the same case. */
function caseIdOf(text: string): string | undefined {
  const bare = text.replace(/[`*_"']/g, "").toUpperCase();
  const parsed = CaseId.safeParse(bare.startsWith("CASE-") ? bare : `CASE-${bare}`);
  return parsed.success ? parsed.data : undefined;
}

function unclear(problem: string, hint: string): SocLine {
  return { command: "unclear", problem, hint };
}

/** Letters to add, drop or change (Levenshtein), with a swap of neighbours as one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const at = (di: number, dj: number): number => (di === 0 ? row : rows[i - di])?.[j - dj] ?? Infinity;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + change, swapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}
