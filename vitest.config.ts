import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";

// Inherited by the workers and by the processes that tests start: what one has compiled the next one reads.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/node");

/** What starts processes, servers or browsers, or watches this process's own output: a worker of its own each. */
const apart = [
  "test/{bin,bus,deploy,e2e,faults,house,injection,package,web}/**/*.test.ts",
  "test/**/redis-*.test.ts",
  "test/roles/outside.test.ts",
  "test/seams/intake-partitions.test.ts",
  "test/slack/{chaos,failover}.test.ts",
  "test/slack/workspace/*.test.ts",
  "test/vendors/mcp/*.test.ts",
];

export default defineConfig({
  test: {
    setupFiles: ["test/setup.ts"],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Processes, browsers and servers on a shared machine: a second run tells bad luck from a defect.
    retry: process.env["CI"] ? 1 : 0,
    pool: "forks",
    // Most of a test's time here is waiting for a process, a socket or a browser: more workers than cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    reporters: process.env["CI"] ? ["dot", ["json", { outputFile: "coverage/vitest.json" }]] : ["default"],
    projects: [
      { extends: true, test: { name: "apart", include: apart } },
      // No module of ours holds state between two callers: these files share a worker, and what it has loaded.
      {
        extends: true,
        test: { name: "shared", include: ["test/**/*.test.ts"], exclude: apart, isolate: false },
      },
    ],
  },
});
