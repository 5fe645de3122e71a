/** The order test files start in: one that takes long and starts last would keep a single worker busy at the end. */
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** By how long they take, from a run's own times; a file that is not here starts after them. */
const longest = [
  "e2e/kill.test.ts",
  "e2e/kill-between.test.ts",
  "bin/start.test.ts",
  "bus/redis-cluster.test.ts",
  "bin/watch-beside.test.ts",
  "slack/workspace/page.test.ts",
  "e2e/dashboard.test.ts",
  "bus/redis-bus.test.ts",
  "e2e/whole-path.test.ts",
  "bus/local-bus.test.ts",
  "e2e/page.test.ts",
  "slack/chaos.test.ts",
  "injection/suite.test.ts",
  "gate/redis-race.test.ts",
  "schedules/redis-calendar.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    return rest.sort((a, b) => place(a) - place(b));
  }
}

function place({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return at === -1 ? longest.length : at;
}
