import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: "forks",
    execArgv: ["--disable-warning=ExperimentalWarning"],
    reporters: process.env["CI"] ? ["dot", ["json", { outputFile: "coverage/vitest.json" }]] : ["default"],
  },
});
