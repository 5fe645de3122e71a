import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRedactor, redact, redactText, redactWithin } from "../../src/agent/redact.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { decodeLayers } from "../../vendors/decode-layers.ts";
import { cpuMs } from "../cpu.ts";
import { dataPath, requires } from "../require.ts";
import { planted } from "./secrets.ts";

const { aws, jwt, key, slack } = planted;

describe("the redactor", () => {
  it.each([
    [`token ${slack} here`, "token [redacted:slack-token] here"],
    [`id ${aws}`, "id [redacted:aws-key]"],
    [`Authorization: Bearer ${jwt}`, "Authorization: Bearer [redacted:jwt]"],
    ["Authorization: Basic Ym9iOldpbnRlcjIwMjY=", "Authorization: Basic [redacted:basic]"],
    ["authorization: 8f742231b10e", "authorization: [redacted:authorization]"],
    [key, "[redacted:private-key]"],
    [key.slice(0, 50), "[redacted:private-key]"],
    ["psql postgres://app:s3cret@db/x", "psql postgres://app:[redacted:url-password]@db/x"],
    ["--password=Winter2026! --user bob", "--password=[redacted:password] --user bob"],
    ['-Password "Winter 2026" -User bob', '-Password "[redacted:password]" -User bob'],
    [`{"client_secret":"abcdef"}`, `{"client_secret":"[redacted:password]"}`],
    [String.raw`{\"apiKey\":\"abcdef\"}`, String.raw`{\"apiKey\":\"[redacted:password]\"}`],
    ["net use /user:corp /p:Winter2026", "net use /user:corp /p:[redacted:password]"],
    [
      String.raw`net use \\fs\c$ Winter2026 /user:corp`,
      String.raw`net use \\fs\c$ [redacted:password] /user:corp`,
    ],
    ["net user bob Winter2026 /add", "net user bob [redacted:password] /add"],
    ["mysql -u root -pWinter2026 shop", "mysql -u root -p[redacted:password] shop"],
    ["curl -u bob:Winter2026 https://x.example", "curl -u bob:[redacted:password] https://x.example"],
    [
      "psexec \\\\srv -u corp\\bob -p Winter2026 cmd",
      "psexec \\\\srv -u corp\\bob -p [redacted:password] cmd",
    ],
    [
      "$p = ConvertTo-SecureString 'Winter 2026' -AsPlainText",
      "$p = ConvertTo-SecureString '[redacted:password]' -AsPlainText",
    ],
    [
      "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=bGV0bWVpbg==;EndpointSuffix=core",
      "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=[redacted:password];EndpointSuffix=core",
    ],
    [
      "Server=db;Database=x;User Id=sa;Pwd=Winter2026;",
      "Server=db;Database=x;User Id=sa;Pwd=[redacted:password];",
    ],
    [
      "https://x.blob.core.windows.net/c?sv=2022&sig=abcdefghijklmnopqrstuvwx%3D&se=1",
      "https://x.blob.core.windows.net/c?sv=2022&sig=[redacted:azure-sas]&se=1",
    ],
  ])("takes the secret out of %s", (text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  it.each([
    "powershell.exe -NoP -enc JABjAGwAIAA9ACAATgBlAHcA",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "The user changed a password twice, and the token service was down",
    "basic authentication was refused; the bearer certificate expired",
    "https://cdn.evil.example:8443/a?b=c",
    "T1059.001 on FIN-WS-042",
    "net user administrator /active:yes",
    "net user\nnet localgroup administrators",
    "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
    "PWD=/home/bob && ls",
    "ping -p 80 -t",
    "a password: %PASSWORD% from $env:PASSWORD",
    "WEBHOOK_SECRET: expected 32 characters or more",
  ])("leaves %s as it is", (text) => {
    expect(redactText(text)).toBe(text);
  });

  it("takes out what stands under a secret's name, however deep", () => {
    const value = {
      user: "bob",
      password: "a",
      nested: [{ access_token: 123456, count: 3, note: "c" }],
      secret: "",
    };
    expect(redact(value)).toEqual({
      user: "bob",
      password: "[redacted:password]",
      nested: [{ access_token: "[redacted:password]", count: 3, note: "c" }],
      secret: "",
    });
  });

  it.each([
    ...["clientSecret", "accessToken", "userPassword", "secretAccessKey", "SharedAccessKey", "AccountKey"],
    ...["apiKey", "APIKey", "access_key", "access-key", "aws.secretKey", "db password", "refreshToken"],
  ])("takes out what stands under %s, alone or in a list", (name) => {
    const mark = "[redacted:password]";
    expect(redact({ [name]: "x" })).toEqual({ [name]: mark });
    expect(redact({ [name]: ["x", 7, ["y"], { note: "z" }, ""] })).toEqual({
      [name]: [mark, mark, [mark], { note: "z" }, ""],
    });
    expect(redact(redact({ [name]: ["x"] }))).toEqual({ [name]: [mark] });
  });

  it.each(["tokens", "passwordChanged", "secretary", "keyboard", "monkey", "publicKey", "broken", "key"])(
    "leaves what stands under %s",
    (name) => {
      expect(redact({ [name]: "x", list: { [name]: ["y", 7] } })).toEqual({
        [name]: "x",
        list: { [name]: ["y", 7] },
      });
    },
  );

  it("shows under a key that two secrets are equal, and under another key nothing of the first", () => {
    const [one, other] = [
      makeRedactor({ key: Buffer.alloc(32, 1) }),
      makeRedactor({ key: Buffer.alloc(32, 2) }),
    ];
    const text = one.text(`--password Winter2026 --secret Winter2026 --token Summer2026x`);
    const [a, b, c] = [...text.matchAll(/\[redacted:password:([0-9a-f]{8})\]/g)].map(([, digest]) => digest);
    expect([a === b, a === c]).toEqual([true, false]);
    expect(other.text("--password Winter2026")).not.toContain(a);
  });

  it("makes nothing longer where there is a limit, and leaves no part of the secret", () => {
    expect(redactWithin({ reason: "pwd=abc" }, makeRedactor())).toEqual({ reason: "pwd=[re" });
  });

  it("finds every kind of secret in whatever stands around it, and done twice is the same", () => {
    const around = fc.string({ maxLength: 30 }).map((text) => text.replace(/[\w+/=.~%-]/g, " "));
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.entries(planted.all)),
        around,
        around,
        ([, make], before, after) => {
          const { text, secret } = make;
          const redactor = makeRedactor({ key: Buffer.alloc(32, 7) });
          const once = redactor.text(`${before} ${text} ${after}`);
          expect(once).not.toContain(secret);
          expect(redactor.text(once)).toBe(once);
          expect(redactText(once)).toBe(once);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("takes no longer on a text made to slow it", () => {
    const hostile = [
      "password",
      "=",
      "eyJ",
      "-----BEGIN ",
      "net user a ",
      "curl -u ",
      "mysql -p ",
      "a://b:",
      "[redacted:",
      "psexec -p ",
    ];
    for (const bit of hostile) {
      const text = bit.repeat(Math.ceil(64_000 / bit.length));
      expect(cpuMs(() => redactText(text))).toBeLessThan(2000);
    }
  });
});

const Strings = (value: unknown): string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(Strings) : [];
};
const linesOf = (text: string): string[] =>
  text
    .trim()
    .split("\n")
    .flatMap((line) => Strings(JSON.parse(line)));

describe("what detections live on", () => {
  it("is as it was in the sample alerts and tickets", () => {
    for (const file of ["alerts", "tickets"]) {
      const texts = linesOf(readFileSync(join(import.meta.dirname, `../../fixtures/${file}.jsonl`), "utf8"));
      expect(texts.filter((text) => redactText(text) !== text)).toEqual([]);
    }
  });

  it.skipIf(!requires("data"))("is as it was in real encoded commands, decoded or not", () => {
    const packed = dataPath("unit42-encoded-powershell", "commands.jsonl.xz");
    const texts = linesOf(execFileSync("xz", ["-dc", packed], { maxBuffer: 100_000_000, encoding: "utf8" }));
    expect(texts.length).toBeGreaterThan(900);
    expect(texts.filter((text) => redactText(text) !== text)).toEqual([]);
    const decoded = texts.flatMap((text) => decodeLayers(text).map((layer) => layer.text));
    expect(decoded.filter((text) => redactText(text) !== text)).toEqual([]);
  });

  it.skipIf(!requires("data"))(
    "is as it was in Falcon's alerts, and in attackers' commands but for passwords",
    () => {
      const read = (...path: string[]): string[] =>
        linesOf(
          execFileSync("gzip", ["-dc", dataPath(...path)], { maxBuffer: 100_000_000, encoding: "utf8" }),
        );
      const falcon = [
        ...read("panther-crowdstrike-rule-tests", "crowdstrike_rule_tests.jsonl.gz"),
        ...linesOf(
          readFileSync(dataPath("elastic-integrations-crowdstrike", "alerts_v2_resources.jsonl"), "utf8"),
        ),
      ];
      expect(falcon.filter((text) => redactText(text) !== text)).toEqual([]);
      const commands = read("atomic-red-team-commands", "commands.jsonl.gz");
      const changed = commands.filter((text) => redactText(text) !== text);
      console.log(`redacted in ${changed.length} of ${commands.length} texts of Atomic Red Team`);
      expect(changed.length / commands.length).toBeLessThan(0.05);
      const strong = (text: string) =>
        indicatorsIn(text).flatMap(({ type, value }) =>
          ["md5", "sha1", "sha256", "ipv4"].includes(type) ? [value] : [],
        );
      for (const text of changed) expect(strong(redactText(text))).toEqual(strong(text));
    },
  );
});
