/** What somebody typed after `/soc`: a command with its argument, or what was wrong and what may have been meant. */
import { RoleName } from "../src/events/vocabulary.ts";
import type { Right } from "../src/gate/policy.ts";
import { caseIdOf } from "./case-id.ts";
import { slashCommand } from "./ids.ts";
import { nearest } from "./nearest.ts";
import type { Ours } from "./text.ts";
import { userIn } from "./typed.ts";
import { otherWords, problems, told } from "./words/commands.ts";

interface Plain<K> {
  readonly command: K;
}
interface OfCase<K> extends Plain<K> {
  readonly caseId: string;
}
interface OfRole<K> extends Plain<K> {
  readonly role: string;
}

export type SocCommand =
  | Plain<"help">
  | Plain<"pending">
  | Plain<"accuracy">
  | Plain<"status">
  | OfCase<"case">
  | OfCase<"label">
  | OfCase<"close">
  | (OfCase<"explain"> & { readonly question?: string })
  | (OfCase<"assign"> & { readonly to?: string })
  | (Plain<"recall"> & { readonly of: string })
  | (Plain<"clusters"> & { readonly days: number })
  | (Plain<"mute"> & { readonly caseId?: string; readonly rule?: string })
  | (Plain<"unmute"> & { readonly rule?: string })
  | OfRole<"who">
  | OfRole<"pause">
  | OfRole<"resume">;
export type CommandName = SocCommand["command"];

export type SocLine =
  SocCommand | { readonly command: "unclear"; readonly problem: string; readonly hint: string };

/** Where it was typed: in a case's thread the case need not be named. */
export interface Typed {
  readonly caseId?: string;
}

interface Usage {
  readonly usage: string;
  readonly tells: Ours;
  readonly right: Right;
  readonly parse: (argument: string, typed: Typed) => SocLine;
}

const example = "CASE-7K3F9QWM2T";
const defaultDays = 14;
const mostDays = 365;
/** Longer than this nothing that is asked can be. */
export const longestLine = 3000;

const plainly =
  (command: "help" | "pending" | "accuracy" | "status"): Usage["parse"] =>
  () => ({ command });

export const usages: Readonly<Record<CommandName, Usage>> = {
  explain: { ...told.explain, right: "read", parse: explainLine },
  recall: { ...told.recall, right: "read", parse: recallLine },
  clusters: { ...told.clusters, right: "read", parse: clustersLine },
  case: { ...told.case, right: "read", parse: ofCase("case") },
  pending: { ...told.pending, right: "read", parse: plainly("pending") },
  who: { ...told.who, right: "read", parse: ofRole("who") },
  accuracy: { ...told.accuracy, right: "read", parse: plainly("accuracy") },
  label: { ...told.label, right: "label", parse: ofCase("label") },
  close: { ...told.close, right: "close", parse: ofCase("close") },
  assign: { ...told.assign, right: "assign", parse: assignLine },
  mute: { ...told.mute, right: "mute", parse: muteLine },
  unmute: { ...told.unmute, right: "mute", parse: unmuteLine },
  status: { ...told.status, right: "read", parse: plainly("status") },
  pause: { ...told.pause, right: "pause", parse: ofRole("pause") },
  resume: { ...told.resume, right: "pause", parse: ofRole("resume") },
  help: { ...told.help, right: "read", parse: plainly("help") },
};

/** Never throws: whatever was typed gets an answer. */
export function parseSocLine(sent: string, typed: Typed = {}): SocLine {
  const line = sent.trim();
  if (line.length > longestLine) return unclear(problems.tooLong(line.length, longestLine), "help");
  const [word, argument] = split(line);
  const name = word.toLowerCase();
  if (name === "") return { command: "help" };
  return isName(name) ? usages[name].parse(argument.trim(), typed) : unknown(word, argument);
}

/** No command: a bare case id is one, a slip of the finger may be. */
function unknown(word: string, argument: string): SocLine {
  const id = caseIdOf(word);
  if (id !== undefined && argument === "") return { command: "case", caseId: id };
  const name = word.toLowerCase();
  const meant = otherWords[name] ?? nearest(name, Object.keys(usages));
  const hint = meant === undefined ? "help" : `${meant} ${argument.slice(0, 120)}`.trim();
  return unclear(problems.noCommand(word), hint);
}

/** The first word, and what follows it. */
function split(line: string): readonly [first: string, rest: string] {
  const at = line.search(/\s/);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at).trim()];
}

/** The line that says this command again, wherever it is typed. */
export function lineOf(command: SocCommand): string {
  const { command: name, ...rest } = command;
  return [name, ...Object.values(rest).map(String)].join(" ");
}

function isName(name: string): name is CommandName {
  return Object.hasOwn(usages, name);
}

/** The case that is named first, or the one whose thread it is; with what follows. */
function caseAndRest(argument: string, typed: Typed): { caseId: string; rest: string } | undefined {
  const [first, rest] = split(argument);
  const named = first === "" ? undefined : caseIdOf(first);
  if (named !== undefined) return { caseId: named, rest };
  return typed.caseId === undefined ? undefined : { caseId: typed.caseId, rest: argument };
}

function noCase(name: string, argument: string): SocLine {
  const [first = ""] = argument.split(/\s/);
  const problem = first === "" ? problems.whichCase : problems.notACaseId(first);
  return unclear(problem, `${name} ${example}`);
}

function ofCase(command: "case" | "label" | "close"): Usage["parse"] {
  return (argument, typed) => {
    const found = caseAndRest(argument, typed);
    return found === undefined || found.rest !== ""
      ? noCase(command, argument)
      : { command, caseId: found.caseId };
  };
}

function explainLine(argument: string, typed: Typed): SocLine {
  const found = caseAndRest(argument, typed);
  if (found === undefined) return noCase("explain", argument);
  const { caseId, rest: question } = found;
  return question === "" ? { command: "explain", caseId } : { command: "explain", caseId, question };
}

function recallLine(argument: string, typed: Typed): SocLine {
  const of = argument === "" ? typed.caseId : (caseIdOf(argument) ?? argument);
  if (of === undefined) return unclear(problems.whichCaseOrIndicator, "recall 203.0.113.7");
  return of.length <= 2048
    ? { command: "recall", of }
    : unclear(problems.noIndicatorAtAll, "recall 203.0.113.7");
}

function clustersLine(argument: string): SocLine {
  if (argument === "") return { command: "clusters", days: defaultDays };
  const days = Number(/^(\d{1,4})( ?d(ays?)?)?$/i.exec(argument)?.[1]);
  if (days >= 1 && days <= mostDays) return { command: "clusters", days };
  return unclear(problems.notDays(argument, mostDays), "clusters 14");
}

function assignLine(argument: string, typed: Typed): SocLine {
  const found = caseAndRest(argument, typed);
  if (found === undefined) return noCase("assign", argument);
  const { caseId, rest } = found;
  if (rest === "") return { command: "assign", caseId };
  const to = userIn(rest);
  if (to !== undefined) return { command: "assign", caseId, to };
  return unclear(problems.notAPerson(rest), `assign ${caseId}`);
}

function muteLine(argument: string, typed: Typed): SocLine {
  const caseId = argument === "" ? typed.caseId : caseIdOf(argument);
  if (caseId !== undefined) return { command: "mute", caseId };
  return argument === "" ? { command: "mute" } : { command: "mute", rule: argument.slice(0, 512) };
}

function unmuteLine(rule: string): SocLine {
  return rule === "" ? { command: "unmute" } : { command: "unmute", rule: rule.slice(0, 512) };
}

function ofRole(command: "who" | "pause" | "resume"): Usage["parse"] {
  const known = command === "who" ? "ir-lead-oncall" : "tier2";
  return (argument) => {
    const role = argument.replace(/^@/, "").toLowerCase();
    if (role === "") return unclear(problems.whichRole, `${command} ${known}`);
    if (RoleName.safeParse(role).success) return { command, role };
    return unclear(problems.notARoleName(argument), `${command} ${known}`);
  };
}

function unclear(problem: string, hint: string): SocLine {
  return { command: "unclear", problem, hint: `${slashCommand} ${hint}` };
}
