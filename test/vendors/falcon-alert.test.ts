import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Alert } from "../../src/events/alert-events.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { falconAlert } from "../../vendors/falcon-alert.ts";
import { withoutAftermath } from "../../vendors/falcon-label.ts";
import { maxAlertBytes } from "../../vendors/fit.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { dataPath, requires } from "../require.ts";

const minimal = { composite_id: "c:ind:1", timestamp: "2026-11-16T08:14:07.328123456Z" };
const values = (alert: Alert): string[] => alert.indicators.map(({ type, value }) => `${type} ${value}`);

describe("a Falcon alert", () => {
  const alerts = fixtureLines("alerts.jsonl").map((raw) => falconAlert(raw));

  it("of every sample becomes a valid alert with its own case id, and its raw kept whole", () => {
    for (const [i, alert] of alerts.entries()) {
      expect(Alert.safeParse(alert).error).toBeUndefined();
      expect(alert.caseId).toBe(caseIdOf(alert));
      expect(alert.raw).toEqual(fixtureLines("alerts.jsonl")[i]);
    }
    expect(new Set(alerts.map((alert) => alert.caseId)).size).toBe(alerts.length);
  });

  it("takes host, user, process, rule, technique, disposition and link where Falcon puts them", () => {
    expect(alerts[0]).toMatchObject({
      source: "crowdstrike",
      rule: { id: "10197", name: "OfficeSpawnedEncodedPowerShell" },
      title: "Office application started encoded PowerShell",
      severity: "high",
      time: "2026-11-16T08:14:07.328Z",
      host: { name: "FIN-WS-042", ip: "192.0.2.42", os: "Windows 11" },
      user: { name: "j.doe" },
      process: { fileName: "powershell.exe" },
      tactic: "Execution",
      techniques: ["T1059.001"],
      disposition: "Detection, standard detection.",
    });
    expect(alerts[0]?.link).toContain(alerts[0]?.sourceId ?? "none");
  });

  it("finds indicators in its fields, its command line and the encoded layers under it", () => {
    expect(values(falconAlert(fixtureLines("alerts.jsonl")[0]))).toEqual(
      expect.arrayContaining([
        "ipv4 203.0.113.7",
        "domain cdn-telemetry-sync.example",
        "url https://cdn-telemetry-sync.example/v2/poll?h=",
        "sha256 fd950f994030115f7b28837e5c80235074ae5ff5eeece995e20ba55d93e2e32d",
      ]),
    );
  });

  it("never counts its own host's addresses, the shared office egress or a zero hash", () => {
    const all = new Set(alerts.flatMap(values));
    expect([...all].filter((value) => value.includes("198.51.100.24"))).toEqual([]);
    expect([...all].filter((value) => /^sha1 0+$/.test(value))).toEqual([]);
    for (const alert of alerts) expect(values(alert)).not.toContain(`ipv4 ${String(alert.host?.ip)}`);
  });

  it("takes an identity alert's account and a network alert's unlisted host", () => {
    expect(alerts[12]).toMatchObject({ user: { name: "m.rossi" }, techniques: ["T1621"] });
    expect(alerts[12]?.host).toBeUndefined();
    expect(alerts[22]).toMatchObject({ host: { name: "NW-PRN-07" } });
    expect(alerts[22]?.user).toBeUndefined();
  });

  it.each([
    [{ severity_name: "Critical", severity: 10 }, "critical"],
    [{ severity: 79 }, "high"],
    [{ severity: "50" }, "medium"],
    [{ severity: 30 }, "low"],
    [{ severity: 5 }, "informational"],
    [{ severity: 95 }, "critical"],
    [{}, "medium"],
    [{ severity_name: "Odd", severity: [] }, "medium"],
  ])("maps severity %j to %s", (fields, severity) => {
    expect(falconAlert({ ...minimal, ...fields }).severity).toBe(severity);
  });

  it.each([
    [{ pattern_disposition_description: '"Detection/Quarantine, x."' }, "Detection/Quarantine, x."],
    [
      { pattern_disposition: 16, pattern_disposition_details: { kill_process: true, detect: false } },
      "kill process",
    ],
    [{ pattern_disposition: 0 }, "detected"],
    [{ pattern_disposition: 2048 }, "pattern disposition 2048"],
    [{}, undefined],
  ])("reads the disposition %j as %s", (fields, disposition) => {
    expect(falconAlert({ ...minimal, ...fields }).disposition).toBe(disposition);
  });

  it("keeps ATT&CK ids only, once each", () => {
    const mitre_attack = [{ technique_id: "T1203" }, { technique_id: "CST0007" }, { pattern_id: 1 }, null];
    expect(falconAlert({ ...minimal, technique_id: "T1203", mitre_attack }).techniques).toEqual(["T1203"]);
  });

  it("is refused only for a missing id or time, naming the field", () => {
    expect(() => falconAlert({ timestamp: minimal.timestamp })).toThrow(/composite_id/);
    expect(() => falconAlert({ composite_id: "c:ind:1", timestamp: "yesterday" })).toThrow(
      /c:ind:1: timestamp.*yesterday/,
    );
    expect(falconAlert({ ...minimal, timestamp: "n/a", created_timestamp: 1_790_000_000 }).time).toMatch(
      /^2026-/,
    );
  });

  it("survives any value in any field it reads", () => {
    const fields = [
      "device",
      "mitre_attack",
      "cmdline",
      "severity",
      "dns_requests",
      "ioc_context",
      "user_name",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        expect(Alert.safeParse(falconAlert({ ...minimal, [field]: value })).success).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("that is huge is cut until it fits into an event, with every cut marked", () => {
    const huge = {
      ...minimal,
      cmdline: "\u0001".repeat(20_000) + " evil.com",
      description: "d".repeat(50_000),
      dns_requests: Array.from({ length: 5_000 }, (_, i) => ({ domain_name: `h${i}.evil.com` })),
      nested: { text: "x".repeat(300_000), list: Array.from({ length: 10_000 }, (_, i) => i) },
    };
    const alert = falconAlert(huge);
    expect(Alert.safeParse(alert).success).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(alert))).toBeLessThanOrEqual(maxAlertBytes);
    expect(JSON.stringify(alert.raw)).toContain("truncated");
    expect(alert.process?.commandLine).toContain("truncated");
    expect(alert.indicators.length).toBeGreaterThan(50);
  });
});

describe.skipIf(!requires("data"))("the seven real alerts", () => {
  const lines = readFileSync(
    dataPath("elastic-integrations-crowdstrike", "alerts_v2_resources.jsonl"),
    "utf8",
  );
  const cloud = z
    .object({ resources: z.array(z.unknown()) })
    .parse(
      JSON.parse(readFileSync(dataPath("demisto-content-crowdstrike", "cloud_ioa_alert_v2.json"), "utf8")),
    );
  const raws = [
    ...lines
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
    ...cloud.resources,
  ];
  const alerts = raws.map((raw) => falconAlert(raw));

  it("all parse, whole", () => {
    expect(alerts).toHaveLength(7);
    for (const [i, alert] of alerts.entries()) {
      expect(Alert.safeParse(alert).error).toBeUndefined();
      expect(alert.raw).toEqual(withoutAftermath(raws[i]));
    }
  });

  it("say who, where, what and how bad, whichever product they are from", () => {
    const seen = alerts.map(({ rule, severity, host, user, techniques }) =>
      [rule.name.slice(0, 24), severity, host?.name ?? "-", user?.name ?? "-", techniques.join()].join(" | "),
    );
    expect(seen).toEqual([
      "PrewittPupAdwareSensorDe | low | ABC709-1175 | user.two | ",
      "IdpPolicyIdentityVerific | high | ABDC454.net.example.com | admin.abcdef | T1110",
      "OnDemandScanMLFileAnalys | medium | INCHAKLSP049 | admin.abcd | ",
      "AutomatedLead | medium | host-1.example.local | - | T1203",
      "WebServiceExecutesSuspic | medium | host-1.example.local | root | T1068",
      "UC1-InboundThreatDetecti | low | - | - | ",
      "EC2 security group modif | high | - | dummy-user | T1562.007",
    ]);
  });

  it("hold no file or user name taken for a domain", () => {
    const domains = alerts.flatMap(values).filter((value) => value.startsWith("domain"));
    expect(domains).toEqual(["domain censys.io"]);
  });
});
