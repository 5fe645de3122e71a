import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Processes, browsers and servers on a shared machine: a second run tells bad luck from a defect.
    retry: process.env["CI"] ? 1 : 0,
    pool: "forks",
    // Most of a test's time here is waiting for a process, a socket or a browser: more workers than cores.
    maxWorkers: 3,
    execArgv: ["--disable-warning=ExperimentalWarning"],
    reporters: process.env["CI"] ? ["dot", ["json", { outputFile: "coverage/vitest.json" }]] : ["default"],
  },
});
