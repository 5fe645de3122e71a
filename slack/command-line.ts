/** What somebody typed after `/soc`: a command with its argument, or what was wrong and what may have been meant. */
import { RoleName } from "../src/events/vocabulary.ts";
import type { Right } from "../src/gate/policy.ts";
import { caseIdOf } from "./case-id.ts";
import { slashCommand } from "./ids.ts";
import { nearest } from "./nearest.ts";
import { userIn } from "./typed.ts";

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
  readonly tells: string;
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
  explain: {
    usage: "explain CASE [QUESTION]",
    tells: "why something was done, from the record alone",
    right: "read",
    parse: explainLine,
  },
  recall: {
    usage: "recall CASE|INDICATOR",
    tells: "past cases like this one, and who confirmed them",
    right: "read",
    parse: recallLine,
  },
  clusters: {
    usage: "clusters [DAYS]",
    tells: "campaigns of the last days, by what they share",
    right: "read",
    parse: clustersLine,
  },
  case: {
    usage: "case CASE",
    tells: "what is known of a case, and what waits for whom",
    right: "read",
    parse: ofCase("case"),
  },
  pending: {
    usage: "pending",
    tells: "what waits for an answer, or to be carried out",
    right: "read",
    parse: plainly("pending"),
  },
  who: { usage: "who ROLE", tells: "who is on call for a role now", right: "read", parse: ofRole("who") },
  accuracy: {
    usage: "accuracy",
    tells: "how often each role was right, by people's labels",
    right: "read",
    parse: plainly("accuracy"),
  },
  label: {
    usage: "label CASE",
    tells: "say what a case really was",
    right: "label",
    parse: ofCase("label"),
  },
  close: {
    usage: "close CASE",
    tells: "close a case, with a reason",
    right: "close",
    parse: ofCase("close"),
  },
  assign: {
    usage: "assign CASE [@PERSON]",
    tells: "give a case to somebody",
    right: "assign",
    parse: assignLine,
  },
  mute: {
    usage: "mute [CASE|RULE]",
    tells: "silence a noisy rule for a while",
    right: "mute",
    parse: muteLine,
  },
  unmute: {
    usage: "unmute [RULE]",
    tells: "what is muted, or take a mute back",
    right: "mute",
    parse: (rule) => (rule === "" ? { command: "unmute" } : { command: "unmute", rule: rule.slice(0, 512) }),
  },
  status: {
    usage: "status",
    tells: "whether everything runs, and what lags",
    right: "read",
    parse: plainly("status"),
  },
  pause: {
    usage: "pause ROLE",
    tells: "stop a role from taking new work",
    right: "pause",
    parse: ofRole("pause"),
  },
  resume: { usage: "resume ROLE", tells: "let a paused role go on", right: "pause", parse: ofRole("resume") },
  help: { usage: "help", tells: "this list", right: "read", parse: plainly("help") },
};

/** Never throws: whatever was typed gets an answer. */
export function parseSocLine(sent: string, typed: Typed = {}): SocLine {
  const line = sent.trim();
  if (line.length > longestLine) {
    const problem = `That is ${line.length} characters; at most ${longestLine} are read.`;
    return unclear(problem, "help");
  }
  const [word, argument] = split(line);
  const name = word.toLowerCase();
  if (name === "") return { command: "help" };
  return isName(name) ? usages[name].parse(argument.trim(), typed) : unknown(word, argument);
}

/** No command: a bare case id is one, a slip of the finger may be. */
function unknown(word: string, argument: string): SocLine {
  const id = caseIdOf(word);
  if (id !== undefined && argument === "") return { command: "case", caseId: id };
  const meant = nearest(word.toLowerCase(), Object.keys(usages));
  const hint = meant === undefined ? "help" : `${meant} ${argument.slice(0, 120)}`.trim();
  return unclear(`There is no command "${word.slice(0, 40)}".`, hint);
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
  const problem = first === "" ? "Which case?" : `"${first.slice(0, 40)}" is not a case id.`;
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
  if (of === undefined) return unclear("Which case or indicator?", "recall 203.0.113.7");
  return of.length <= 2048
    ? { command: "recall", of }
    : unclear("That is no indicator.", "recall 203.0.113.7");
}

function clustersLine(argument: string): SocLine {
  if (argument === "") return { command: "clusters", days: defaultDays };
  const days = Number(/^(\d{1,4})( ?d(ays?)?)?$/i.exec(argument)?.[1]);
  if (days >= 1 && days <= mostDays) return { command: "clusters", days };
  return unclear(`"${argument.slice(0, 40)}" is not a number of days from 1 to ${mostDays}.`, "clusters 14");
}

function assignLine(argument: string, typed: Typed): SocLine {
  const found = caseAndRest(argument, typed);
  if (found === undefined) return noCase("assign", argument);
  const { caseId, rest } = found;
  if (rest === "") return { command: "assign", caseId };
  const to = userIn(rest);
  if (to !== undefined) return { command: "assign", caseId, to };
  return unclear(
    `"${rest.slice(0, 40)}" is not a person: choose them from Slack's list.`,
    `assign ${caseId}`,
  );
}

function muteLine(argument: string, typed: Typed): SocLine {
  const caseId = argument === "" ? typed.caseId : caseIdOf(argument);
  if (caseId !== undefined) return { command: "mute", caseId };
  return argument === "" ? { command: "mute" } : { command: "mute", rule: argument.slice(0, 512) };
}

function ofRole(command: "who" | "pause" | "resume"): Usage["parse"] {
  const known = command === "who" ? "ir-lead-oncall" : "tier2";
  return (argument) => {
    const role = argument.replace(/^@/, "").toLowerCase();
    if (role === "") return unclear("Which role?", `${command} ${known}`);
    if (RoleName.safeParse(role).success) return { command, role };
    return unclear(`"${argument.slice(0, 40)}" is not the name of a role.`, `${command} ${known}`);
  };
}

function unclear(problem: string, hint: string): SocLine {
  return { command: "unclear", problem, hint: `${slashCommand} ${hint}` };
}
