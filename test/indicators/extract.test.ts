import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { extract, indicatorsIn, maxTextLength } from "../../src/indicators/extract.ts";
import { refang } from "../../src/indicators/defang.ts";
import { cpuMs } from "../cpu.ts";
import { dataPath, requires } from "../require.ts";

const found = (text: string): string[] => extract(text).map(({ type, value }) => `${type} ${value}`);

describe("indicators in running text", () => {
  it("are typed, refanged and in order of appearance, the link before the name inside it", () => {
    expect(
      found("Beacon to hxxps[:]//Evil-Site[.]com/a/B?c=1, then 203[.]0[.]113[.]7 (CVE-2021-44228)."),
    ).toEqual([
      "url https://evil-site.com/a/B?c=1",
      "domain evil-site.com",
      "ipv4 203.0.113.7",
      "cve CVE-2021-44228",
    ]);
  });

  it("stand where the text as written has them", () => {
    const text = "seen: hxxp://evil[.]example/x and D41D8CD98F00B204E9800998ECF8427E; 2001:db8::dead:1";
    for (const { value, start, end } of extract(text)) {
      expect([value, refang(text.slice(start, end)).toLowerCase()]).toEqual([value, value]);
    }
    expect(extract(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "hxxp://evil[.]example/x",
      "evil[.]example",
      "D41D8CD98F00B204E9800998ECF8427E",
      "2001:db8::dead:1",
    ]);
  });

  it("keep a hyphenated name that is followed by an option with two hyphens", () => {
    expect(found("tool.exe cdn-telemetry-sync.com --quiet")).toEqual(["domain cdn-telemetry-sync.com"]);
  });

  it.each([
    "update.zip run.sh setup.exe kernel32.dll x.py readme.md lib.so",
    String.raw`C:\Users\user.one\AppData\evil.com`,
    "[System.IO.File]::ReadAllText($m.name); [Convert]::Add; System.Net.WebClient; $p.id",
    "Chrome/92.0.4515.131 v1.2.3.4 7.29.20108.0 1.2.3.4.5",
    "0000000000000000000000000000000000000000",
    "10:12:13 a::b ab:cd:ef:01:23:45",
    "x.run(1) /opt/tool.io",
  ])("are not seen in %s", (text) => {
    expect(found(text)).toEqual([]);
  });

  it("are seen in an ambiguous name that somebody wrote as a name", () => {
    expect(found("www.evil.zip evil.sh:8080 hxxp://evil.py evil[.]md")).toEqual([
      "domain www.evil.zip",
      "domain evil.sh",
      "url http://evil.py",
      "domain evil.py",
      "domain evil.md",
    ]);
  });

  it("end a link before the punctuation and quotes of what is around it", () => {
    const text = `(see http://evil.com/a(b)), 'http://evil.com/c';"http://evil.com/d" <https://evil.com/e|View>.`;
    expect(found(text).filter((each) => each.startsWith("url"))).toEqual([
      "url http://evil.com/a(b)",
      "url http://evil.com/c",
      "url http://evil.com/d",
      "url https://evil.com/e",
    ]);
  });

  it("take the host of a link, never a name in its path", () => {
    expect(found("https://user:pw@evil.com:8443/www.google.com/x")).toEqual([
      "url https://user:pw@evil.com:8443/www.google.com/x",
      "domain evil.com",
    ]);
  });

  it("know hashes by their length, techniques, registry keys and e-mail addresses", () => {
    const sha256 = "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b";
    const text = `${sha256} T1059.001 "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows NT\\Run" j.doe[@]corp[.]example`;
    expect(found(text)).toEqual([
      `sha256 ${sha256}`,
      "technique T1059.001",
      String.raw`registry_key HKCU\software\microsoft\windows nt\run`,
      "email j.doe@corp.example",
    ]);
    expect(found(`${sha256}ab`)).toEqual([]);
  });

  it("fold spellings of one thing into one", () => {
    expect(indicatorsIn("EVIL.com evil[.]com http://EVIL.com:80/ http://evil.com")).toEqual([
      { type: "domain", value: "evil.com" },
      { type: "url", value: "http://evil.com" },
    ]);
    expect(indicatorsIn("2001:DB8:0:0:0:0:0:1 2001:db8::1")).toEqual([
      { type: "ipv6", value: "2001:db8::1" },
    ]);
  });
});

describe("hostile text", () => {
  it.each([
    ["one letter", "a".repeat(maxTextLength)],
    ["labels without end", "a.".repeat(maxTextLength / 2)],
    ["closing brackets after a link", `http://evil.com/${")".repeat(maxTextLength)}`],
    ["registry words", `HKLM\\${"a b ".repeat(maxTextLength / 4)}`],
    ["colons", "1:".repeat(maxTextLength / 2)],
    ["opening brackets", "[".repeat(maxTextLength)],
    ["links", "http://evil.com/(( ".repeat(maxTextLength / 20)],
    ["addresses", "1.2.3.4 ".repeat(maxTextLength / 8)],
  ])("of a megabyte of %s is read in linear time", (_name, text) => {
    const short = cpuMs(() => extract(text.slice(0, maxTextLength / 8)));
    const whole = cpuMs(() => extract(text));
    // Eight times the text: quadratic work would take 64 times as long and minutes.
    expect(whole).toBeLessThan(Math.max(short, 25) * 32);
  });
});

describe.skipIf(!requires("data"))("the extractors' own fixtures", () => {
  it("yield what ioc-extractor's sample holds, defanged in a dozen ways", () => {
    const text = readFileSync(dataPath("ioc-extractor-fixtures", "ioc-extractor_input.txt"), "utf8");
    const values = new Set(found(text));
    for (const value of [
      "ipv4 192.168.0.1",
      "domain example.com",
      "domain short.is",
      "url http://example.com/test",
      "ipv6 fdc4:2581:575b:5a72::1",
      "md5 68b329da9893e34099c7d8ad5cb9c940",
      "sha1 adc83b19e793491b1c6ea0fd8b46cd9f32e592fc",
      "sha256 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
    ]) {
      expect(values).toContain(value);
    }
    expect([...values].filter((value) => /tooshor|tld|x\.x/.test(value))).toEqual([]);
  });

  it("yield registry keys", () => {
    const keys = readFileSync(dataPath("ioc-extractor-fixtures", "iocsearcher_registry_valid.ioc"), "utf8")
      .split("\n")
      .filter(Boolean);
    const seen = keys.filter((line) => found(line).some((each) => each.startsWith("registry_key")));
    expect(seen.length / keys.length).toBeGreaterThanOrEqual(0.9);
  });
});
