/**
 * What an analyst looks for, as named and weighted rules. Positive weights speak for an attacker, negative ones
 * for somebody doing their job. Each is a pattern of a technique, never a value of one company or one alert.
 */
import type { MatchedRule, Rule } from "../../src/agent/rule-book.ts";
import { circumstances } from "./circumstances.ts";
import { inField, inStep } from "./reading.ts";

const command = ["alert.process.commandLine", "alert.process.parent"];
const words = ["alert.rule.name", "alert.title", "alert.description"];

/** Weight 0: it says what came of it, not what was meant. */
export const controlBlocked = inField({
  name: "control-blocked-it",
  weight: 0,
  claim: "The sensor stopped it",
  paths: ["alert.disposition"],
  pattern: /(prevent|block|kill|quarantin)[^.]{0,80}/i,
});

const execution: readonly Rule[] = [
  inField({
    name: "hidden-encoded-powershell",
    weight: 1,
    claim: "PowerShell was started hidden or with an encoded command",
    paths: command,
    pattern: /powershell[^|]{0,120}?(-e(nc|ncodedcommand)?\s+[a-z0-9+/=]{20,40}|-w(indowstyle)?\s+hidden)/i,
  }),
  inField({
    name: "document-started-a-shell",
    weight: 1,
    claim: "An office or mail program started a script interpreter",
    paths: ["alert.process.parent", ...words],
    pattern: /(winword|excel|powerpnt|outlook|onenote)\.exe|office application/i,
  }),
  inField({
    name: "download-cradle",
    weight: 1,
    claim: "Code was downloaded and run in one step",
    paths: command,
    pattern: /(DownloadString|DownloadFile|Invoke-WebRequest|iwr|curl|wget)\b.{0,80}https?:\S{0,80}/i,
  }),
  inStep({
    name: "decoded-download",
    weight: 1,
    claim: "The decoded command downloads and runs code",
    tool: "decode_command",
    pattern: /(DownloadString|DownloadFile|DownloadData|Invoke-WebRequest|Invoke-Expression|IEX)\b.{0,60}/i,
  }),
  inField({
    name: "library-from-a-user-folder",
    weight: 1,
    claim: "A system program ran a library from a user's folder",
    paths: command,
    pattern: /rundll32(\.exe)?"?\s+"?[a-z]:\\(users|programdata)\\[^"]{1,120}\.dll/i,
  }),
  inField({
    name: "web-server-ran-a-shell",
    weight: 5,
    claim: "A web server's account ran shell commands",
    paths: words,
    pattern: /web ?(server|shell)[^.]{0,60}/i,
  }),
];

const objectives: readonly Rule[] = [
  inField({
    name: "credential-dumping",
    weight: 5,
    claim: "Credentials were read from the memory of LSASS",
    paths: command,
    pattern: /(minidump.{0,60}|-ma\s+lsass\S{0,40}|sekurlsa\S{0,40})/i,
  }),
  inField({
    name: "directory-replication",
    weight: 8,
    claim: "A tool asked a domain controller to replicate credentials",
    paths: [...command, ...words],
    pattern: /lsadump::dcsync[^"]{0,80}|dcsync/i,
  }),
  inField({
    name: "recovery-destroyed",
    weight: 4,
    claim: "Shadow copies or recovery options were removed, as ransomware does first",
    paths: command,
    pattern: /(vssadmin\S*\s+delete\s+shadows.{0,40}|shadowcopy\s+delete|recoveryenabled\s+no)/i,
  }),
  inField({
    name: "backup-stopped",
    weight: 5,
    claim: "Backup or database services were stopped",
    paths: command,
    pattern: /\b(net1?|sc)(\.exe)?\s+stop\s+"?[^"\r\n]{0,60}(backup|sql|vss|veeam)[^"\r\n]{0,30}/i,
  }),
  inField({
    name: "persistence-by-task",
    weight: 1,
    claim: "A scheduled task was made that runs a hidden or downloaded script",
    paths: command,
    pattern: /schtasks(\.exe)?\s+\/create.{0,200}(hidden|http|downloadstring)/i,
  }),
  inField({
    name: "mfa-fatigue",
    weight: 4,
    claim: "Somebody kept asking for the user's second factor",
    paths: words,
    pattern: /mfa (fatigue|bombing)[^.]{0,60}|repeated(ly)? (denied|mfa)[^.]{0,60}/i,
  }),
  inField({
    name: "password-prompted",
    weight: 1,
    claim: "A script asked the user for a password",
    paths: command,
    pattern: /display dialog.{0,100}(password|hidden answer).{0,60}/i,
  }),
  inField({
    name: "attack-tool",
    weight: 4,
    claim: "A tool made for attacking directories was run",
    paths: command,
    pattern: /\b(sharphound|rubeus|mimikatz|bloodhound|kerberoast)\S{0,20}/i,
  }),
];

const context: readonly Rule[] = [
  inField({
    name: "remote-tool-as-lateral-movement",
    weight: 4,
    claim: "A remote-management tool was installed from another host",
    paths: words,
    pattern: /remote (access|management) tool[^.]{0,40}(installed|from another host)[^.]{0,30}/i,
  }),
];

const unwanted = inField({
  name: "unwanted-program",
  weight: -2,
  claim: "It is an unwanted program, not an intrusion",
  paths: words,
  pattern: /adware|unwanted program|\bPUP\b/i,
});

/** It was real and is over: nobody need be asked, and it outweighs that it was no intrusion. */
const unwantedAndStopped: Rule = {
  name: "unwanted-program-stopped",
  weight: 6,
  match: (facts) => {
    const found = controlBlocked.match(facts) === undefined ? undefined : unwanted.match(facts);
    return found && { ...found, claim: "An unwanted program was found and stopped" };
  },
};

/** Reasons to think that somebody was doing their job. */
const innocence: readonly Rule[] = [
  inField({
    name: "known-backup-agent",
    weight: -5,
    claim: "It was a backup job of an installed agent",
    paths: ["alert.process.commandLine"],
    pattern: /\\program files\\[^"]{1,80}agent[^"]{0,60}\.exe"?\s+--?(job|backup)[^"]{0,60}/i,
  }),
  inStep({
    name: "decoded-to-administration",
    weight: -2,
    claim: "The decoded command only reads or sets configuration",
    tool: "decode_command",
    pattern: /\b(Get-ItemProperty|Get-WmiObject|Get-CimInstance|Set-ItemProperty|Get-Service)\b.{0,60}/,
  }),
  unwanted,
];

export const signals: readonly Rule[] = [
  ...execution,
  ...objectives,
  ...context,
  ...innocence,
  unwantedAndStopped,
  ...circumstances,
  controlBlocked,
];

export function scoreOf(matched: readonly MatchedRule[]): number {
  return matched.reduce((sum, rule) => sum + rule.weight, 0);
}

export function has(matched: readonly MatchedRule[], ...names: readonly string[]): boolean {
  return matched.some((rule) => names.includes(rule.name));
}
