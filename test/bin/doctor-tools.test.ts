/** What the doctor says of servers of others' tools. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./cli.ts";
import { doctor, folder } from "./diagnosis.ts";

const script = join(root, "test/vendors/mcp/scripted-server.ts");

/** The soc.yaml that comes with hatrack, with these servers. */
function socWith(servers: object): string {
  const whole = readFileSync(join(root, "soc.yaml"), "utf8");
  const file = join(folder, "soc.yaml");
  writeFileSync(file, whole.replace("mcp:\n  servers: {}", `mcp: ${JSON.stringify({ servers })}`));
  return file;
}

describe("hatrack doctor", () => {
  it("lists what a server of tools offers, who may use it, and what is refused and why", async () => {
    const annotations = { readOnlyHint: true };
    const offered = [
      { name: "search", inputSchema: { type: "object" }, annotations },
      { name: "drop_index", inputSchema: { type: "object" } },
      { name: "odd", inputSchema: { type: "object", properties: 7 }, annotations },
      { name: "count", inputSchema: { type: "object" }, annotations },
    ];
    writeFileSync(join(folder, "tools.json"), JSON.stringify(offered));
    const command = [process.execPath, "--disable-warning=ExperimentalWarning", script, "good", folder];
    const siem = { command, roles: { tier2: ["search", "drop_index", "serach"] } };
    const diagnosis = await doctor({ SOC_FILE: socWith({ siem }) });
    const { status, found, fix } = diagnosis.check("tools of siem");
    expect(status).toBe("warn");
    expect(found).toContain("Scripted 1.4.2; tier2 may use search; given to nobody: count; refused: ");
    expect(found).toContain("drop_index (it is not marked read-only (readOnlyHint: true))");
    expect(found).toContain("odd (its schema is not JSON Schema at /properties");
    expect(found).toContain("named in soc.yaml and not there: serach");
    expect(fix).toContain("only when its server marks it read-only");
  });

  it("says why a server of tools does not start, with its last words", async () => {
    const siem = {
      command: ["/bin/sh", "-c", "echo no such index >&2; exit 1"],
      roles: { tier2: ["search"] },
    };
    const assets = { command: ["/nowhere/assets-mcp"], roles: { tier2: ["owner"] } };
    const diagnosis = await doctor({ SOC_FILE: socWith({ siem, assets }) });
    expect(diagnosis.check("tools of siem").found).toContain("no such index");
    expect(diagnosis.check("tools of assets").found).toContain("ENOENT");
    expect(diagnosis.code).toBe(1);
  });

  it.each([
    [{ roles: { tier2: ["a"] } }, 'either "command" or "url"'],
    [
      { command: ["x"], env: ["SLACK_BOT_TOKEN"], roles: { tier2: ["a"] } },
      "SLACK_BOT_TOKEN is hatrack's own",
    ],
    [{ url: "http://siem.example/mcp", roles: { tier2: ["a"] } }, "expected https://"],
    [
      { url: "https://siem.example", headers: { Authorization: "Bearer abc" }, roles: { tier2: ["a"] } },
      "no secret stands in this file",
    ],
  ])("names a mistake in soc.yaml's mcp: %j", async (siem, words) => {
    const diagnosis = await doctor({ SOC_FILE: socWith({ siem }) });
    expect(diagnosis.check("soc.yaml").found).toContain(words);
  });
});
