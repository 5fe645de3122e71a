import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const node = process.execPath;

/** The ten lines of the README, with a model, an alert, a tool and a gate of somebody else's. */
const program = `
import { LocalBus, RoleTeam, CaseMemory, RuleModel, loadRoles, defineTool } from "hatrack";
import { z } from "zod";

const alert = (sourceId, host) => ({
  source: "own", sourceId, rule: { id: "r1", name: "LSASS memory dumped" }, title: "LSASS memory dumped",
  severity: "critical", time: "2026-11-16T03:12:00.000Z", host: { name: host }, user: { name: "j.doe" },
  process: { commandLine: "rundll32.exe comsvcs.dll, MiniDump 772 C:\\\\x.tmp full" },
  indicators: [{ type: "domain", value: "c2.example" }], raw: {},
});
const asked = [];
const myTool = defineTool({
  name: "host_details", description: "Looks a host up.",
  input: z.object({ hostname: z.string() }).loose(), run: ({ hostname }) => ({ hostname, class: "workstation" }),
});
const policy = {
  rules: [{ verbs: ["isolate_host", "reset_credentials", "block_indicator"], classes: ["*"], ask: "on-call", quorum: 1,
    reversible: true, blastRadius: "one host", expiresMinutes: 30, carryOutMinutes: 60 }],
  onCall: { "on-call": { title: "On-Call", users: ["U1"] } },
  classOf: () => "workstation", reviewerOf: () => "on-call",
};
const member = { principal: { team: "T1", user: "U1" }, name: "Ann", personId: "ann", guest: false, deactivated: false, bot: false, stranger: false };
const directory = { onCall: async (group) => ({ kind: "members", group, askedAt: new Date().toISOString(), members: [member] }) };

const bus = new LocalBus({ file: "hatrack.db" });
const team = new RoleTeam({
  bus, roles: await loadRoles(), tools: [myTool], gate: { policy, directory },
  model: ({ name, rules }) => ({ chat: new RuleModel({ role: name, rules }), name: "own", leg: "own" }),
});
await team.consume([alert("1", "WS-1"), alert("2", "WS-2")]);
team.onActionProposed((proposed) => {
  asked.push(proposed.verb + " " + proposed.target.value);
  return { decision: "authorise", principal: member.principal };
});
const seen = new Set();
for await (const { event } of bus.follow({ types: ["action.decided"], signal: AbortSignal.timeout(60_000) })) {
  seen.add(event.data.outcome);
  if (seen.size > 0 && asked.length >= 2) break;
}
const memory = await CaseMemory.project(bus);
const [first] = [...(await Array.fromAsync(bus.read({ types: ["alert.received"] })))];
const recalled = memory.recallSimilar(first.event.subject);
const clusters = memory.findCampaignClusters({ days: 14 });
await team.stop();
await bus.close();
console.log(JSON.stringify({ asked, outcomes: [...seen], shared: recalled.cases[0]?.shared, clusters: clusters.clusters.length }));
process.exit(0);
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-package-"));
  // A copy of the tree, so that the build's output never stands beside the sources that other tests read.
  const tree = join(folder, "tree");
  const kept = (from: string): boolean =>
    !/(^|\/)(node_modules|dist|coverage|data|\.git)$/.test(from.slice(root.length));
  await cp(root, tree, { recursive: true, filter: kept });
  await run("ln", ["-s", join(root, "node_modules"), join(tree, "node_modules")]);
  await run("npm", ["pack", "--pack-destination", folder], { cwd: tree });
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "";
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "own-soc", private: true, type: "module" }),
  );
  const quiet = ["--omit=dev", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", ...quiet, join(folder, tarball)], { cwd: folder });
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the published package", () => {
  it(
    "runs the README's ten lines in an empty folder, with a model, alerts, tools and gate of one's own",
    { timeout: 120_000 },
    async () => {
      await writeFile(join(folder, "soc.mjs"), program);
      const { stdout } = await run(node, ["--disable-warning=ExperimentalWarning", "soc.mjs"], {
        cwd: folder,
      });
      const result = z
        .object({
          asked: z.array(z.string()),
          outcomes: z.array(z.string()),
          shared: z.array(z.unknown()),
          clusters: z.number(),
        })
        .parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
      expect(result.asked).toEqual(expect.arrayContaining(["isolate_host WS-1", "isolate_host WS-2"]));
      expect(result.outcomes).toContain("authorised");
      expect(result.shared).toContainEqual({ type: "domain", value: "c2.example" });
    },
  );

  it("has a command line that helps", async () => {
    const { stdout } = await run(node, ["node_modules/hatrack/dist/bin/hatrack.js", "--help"], {
      cwd: folder,
    });
    expect(stdout).toContain("agents propose, a human authorises");
  });
});
