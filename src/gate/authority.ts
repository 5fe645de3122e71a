/**
 * Who may answer, judged on one live answer of the directory. Fail closed: no answer, an empty group, a guest, a
 * stranger, a bot or a deactivated account is refused. People are told apart by `personId`, not by account.
 */
import { canonicalJson, sha256 } from "../events/canonical.ts";
import type { DirectoryRecord } from "../events/gate-events.ts";
import type { Principal } from "../events/vocabulary.ts";
import type { DirectoryAnswer, Person } from "./directory.ts";

export type Members = Extract<DirectoryAnswer, { kind: "members" }>;

export type Standing =
  | { readonly entitled: true; readonly person: Person; readonly answer: Members }
  | { readonly entitled: false; readonly rule: string; readonly message: string };

const refused = (rule: string, message: string): Standing => ({ entitled: false, rule, message });

/** Whether this person is, right now, one of the people `title` stands for. Said to the person themselves. */
export function standingOf(
  answer: DirectoryAnswer | undefined,
  principal: Principal,
  title: string,
): Standing {
  if (answer === undefined || answer.kind === "unavailable" || answer.members.length === 0) {
    const why =
      answer === undefined ? "it was not asked" : "why" in answer ? answer.why : "the group is empty";
    return refused(
      "directory_unavailable",
      `Who is ${title} could not be looked up (${why}); nobody can answer until it can. Try again.`,
    );
  }
  const entries = answer.members.filter((person) => samePrincipal(person.principal, principal));
  const [person] = entries;
  if (person === undefined) return outsider(answer, principal, title);
  const flaw = entries.map(flawOf).find((found) => found !== undefined);
  if (flaw === undefined) return { entitled: true, person, answer };
  return refused(flaw, `You are listed under ${title} but cannot answer: ${flaws[flaw]}.`);
}

/** The same of somebody else, to the person who chose them. */
export function ofAnother({ rule, message }: { rule: string; message: string }, title: string): string {
  if (rule === "directory_unavailable") return message;
  const why = rule === "not_a_member" ? "they are not on call there now" : wordsOf(rule);
  return `Only ${title} can take this on, and whoever you chose cannot: ${why}.`;
}

function wordsOf(rule: string): string {
  return Object.entries(flaws).find(([flaw]) => flaw === rule)?.[1] ?? "they cannot answer";
}

/** Of these accounts, the distinct people the answer lists in good standing, by `personKey`, in order. */
export function livePeople(
  answer: Members,
  principals: readonly Principal[],
): ReadonlyMap<string, Principal> {
  const people = new Map<string, Principal>();
  for (const principal of principals) {
    const standing = standingOf(answer, principal, "");
    if (!standing.entitled) continue;
    const key = personKey(standing.person);
    if (!people.has(key)) people.set(key, principal);
  }
  return people;
}

/** One human, however the directory spells the address; a digest, because the log keeps no addresses. */
export function personKey(person: Person): string {
  return sha256(`person ${person.personId.trim().toLowerCase()}`);
}

/** One account of the directory, short and without the address: for telling later who was there. */
export function accountKey({ principal, personId }: Person): string {
  return sha256(canonicalJson([principal.team, principal.user, personId])).slice(0, 16);
}

/** Whether a target names this person's own account: by id, by name, or by address with or without its domain. */
export function isOwnAccount(
  person: Person,
  target: { readonly type: string; readonly value: string },
): boolean {
  if (target.type !== "user") return false;
  const plain = (text: string): string => text.trim().toLowerCase();
  const local = (text: string): string => plain(text).replace(/^.*\\/, "").replace(/@.*$/, "");
  const own = [person.principal.user, person.name, person.personId];
  return own.some((name) => plain(name) === plain(target.value) || local(name) === local(target.value));
}

export function samePrincipal(a: Principal, b: Principal): boolean {
  return a.team === b.team && a.user === b.user;
}

/** What the log keeps of the answer a decision rests on. */
export function recordOf(answer: Members): DirectoryRecord {
  const accounts = answer.members.map(({ principal, personId }) => [
    principal.team,
    principal.user,
    personId,
  ]);
  const lines = accounts.map((account) => canonicalJson(account)).sort();
  const { group, askedAt } = answer;
  return { group, askedAt, members: lines.length, membersDigest: sha256(lines.join("\n")) };
}

const flaws = {
  stranger: "the account is of another workspace",
  guest: "a guest account cannot answer",
  deactivated: "the account is deactivated",
  bot: "a bot cannot answer",
} as const;

function flawOf(person: Person): keyof typeof flaws | undefined {
  if (person.stranger === true) return "stranger";
  if (person.guest) return "guest";
  if (person.deactivated) return "deactivated";
  return person.bot ? "bot" : undefined;
}

function outsider(answer: Members, principal: Principal, title: string): Standing {
  const knownTeam = answer.members.some((person) => person.principal.team === principal.team);
  if (!knownTeam) return refused("stranger", `You are of another workspace than ${title}.`);
  return refused("not_a_member", `Only ${title} can answer this; you are not on call there now.`);
}
