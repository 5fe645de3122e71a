/** Which mutes a word that takes them back is about. */

interface Scope {
  readonly rule: string;
  readonly host?: string | undefined;
}

/** Without a host: every mute of the rule, on whatever host. */
export function lifts(lifted: Scope, mute: Scope): boolean {
  return (
    sameName(lifted.rule, mute.rule) && (lifted.host === undefined || sameName(lifted.host, mute.host ?? ""))
  );
}

/** As people write names of rules and hosts. */
export function sameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
