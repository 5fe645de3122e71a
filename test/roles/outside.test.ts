import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";

const root = resolve(import.meta.dirname, "../..");

const role = `
import { defineRole, vocabulary } from "hatrack";
import { z } from "zod";

export default defineRole({
  name: "second-opinion",
  title: "Second Opinion",
  on: { "case.investigated": (event) => event.data.decision === "close" },
  tools: [],
  budget: { toolCalls: 0, seconds: 30 },
  answer: z.strictObject({ agree: z.boolean(), why: z.string(), evidence: z.array(vocabulary.Evidence) }),
  prompt: "You check cases that Tier 2 wants to close.",
  emit: ({ answer }) =>
    answer.agree ? [] : [{ type: "case.escalated", data: { toRole: "tier2", why: answer.why, priority: 6 } }],
  says: ["case.escalated"],
  rules: {
    lookups: () => [],
    rules: [],
    conclude: () => ({ agree: false, why: "Nobody asked the user.", evidence: [] }),
  },
});
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-outside-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it("a role from a file outside the tree works with no other file changed", { timeout: 60_000 }, async () => {
  const file = join(folder, "hatrack.db");
  await writeFile(join(folder, "second-opinion.ts"), role);
  const bus = new LocalBus({ file });
  await bus.open([]);
  await bus.publish([
    makeEvent({
      id: "investigated-1",
      source: "/roles/tier2",
      type: "case.investigated",
      subject: "CASE-7K3F9QWM2T",
      time: new Date().toISOString(),
      data: {
        originalVerdict: "suspicious",
        intent: "benign",
        outcome: "succeeded",
        verdict: "benign",
        confidence: 0.7,
        decision: "close",
        summary: "An administrator's script.",
        nextSteps: [],
        evidence: [],
      },
    }),
  ]);
  await bus.close();

  const args = [
    "--disable-warning=ExperimentalWarning",
    join(root, "bin/hatrack.ts"),
    "role",
    "second-opinion.ts",
  ];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, HATRACK_DIR: folder, LOG_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exited = once(child, "exit");
  const reader = new LocalBus({ file, readOnly: true });
  await reader.open([]);
  try {
    const signal = AbortSignal.timeout(45_000);
    const said: unknown[] = [];
    for await (const { event } of reader.follow({ signal, types: ["case.escalated", "role.failed"] })) {
      if (isEvent(event, "case.escalated", "role.failed"))
        said.push({ source: event.source, data: event.data });
      break;
    }
    expect(said).toEqual([
      {
        source: "/roles/second-opinion",
        data: { toRole: "tier2", why: "Nobody asked the user.", priority: 6 },
      },
    ]);
  } finally {
    await reader.close();
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  }
});
