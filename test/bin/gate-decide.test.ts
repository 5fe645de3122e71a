import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sayingOf } from "../../bin/gate-saying.ts";
import { main } from "../../bin/main.ts";
import { root } from "./cli.ts";

describe("hatrack gate decide", () => {
  it("refuses a code with a case: it is one request's, and would confirm nothing", async () => {
    const err: string[] = [];
    const said = ["--authorise", "--code", "4F-K2"];
    const code = await main(["gate", "decide", "CASE-7K3F9QWM2T", "--as", "T0HOME/Mia", ...said], {
      env: {},
      print: () => expect.unreachable(),
      complain: (line) => err.push(line),
    });
    expect(code).toBe(2);
    expect(err.join("\n")).toContain("--code 4F-K2: expected with one request; CASE-7K3F9QWM2T is a case");
  });
});

describe("hatrack gate decide CASE --json", () => {
  it("prints an array also where it fails before the first answer", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hatrack-decide-"));
    const [out, err]: [string[], string[]] = [[], []];
    const said = ["--as", "T0HOME/Mia", "--authorise", "--json"];
    const code = await main(["gate", "decide", "CASE-7K3F9QWM2T", ...said], {
      env: { HATRACK_DIR: folder },
      print: (line) => out.push(line),
      complain: (line) => err.push(line),
    });
    rmSync(folder, { recursive: true });
    expect(code).toBe(1);
    expect(out).toEqual(["[]"]);
    expect(err.join("\n")).toContain("nobody is asked for anything of CASE-7K3F9QWM2T");
  });
});

describe("what is said in the terminal", () => {
  it("holds no secret, whichever option it was said with", () => {
    const clean = (text: string): string => text.replaceAll("BADGE-4711", "[redacted:badge]");
    const words = "it was BADGE-4711";
    const said = [
      sayingOf({ reject: words }, clean),
      sayingOf({ "need-info": words }, clean),
      sayingOf({ authorise: true, note: words }, clean),
      sayingOf({ revoke: words }, clean),
    ];
    expect(JSON.stringify(said).match(/\[redacted:badge\]/g)).toHaveLength(4);
    expect(JSON.stringify(said)).not.toContain("4711");
  });
});

describe("hatrack gate load", () => {
  it("says of each on-call role what its nights were, in the zone of soc.yaml, and what that is for each person", async () => {
    const lines: string[] = [];
    const said = async (...more: string[]): Promise<string> => {
      lines.length = 0;
      const log = join(root, "fixtures/case-log.jsonl");
      const code = await main(["gate", "load", "--log", log, "--days", "3650", ...more], {
        env: {},
        print: (line) => lines.push(line),
        complain: (line) => expect.unreachable(line),
      });
      expect(code).toBe(0);
      return lines.join("\n");
    };
    const words = await said();
    expect(words).toContain("busiest night (22 to 06 UTC)");
    expect(words).toContain("each of them");
    expect(words).toMatch(/IR Lead On-Call +3 /);
    expect(JSON.parse(await said("--json"))).toMatchObject({
      zone: "UTC",
      roles: [
        { role: "ir-lead-oncall", asks: 3, nights: [] },
        { role: "soc-manager-oncall", asks: 1 },
      ],
    });
  });
});
