import { describe, expect, it } from "vitest";
import { expectEachOnce, kill9, people, settled, start } from "./killing.ts";
import type { Message } from "./people.ts";

describe("kill -9", () => {
  it(
    "between Slack's answer and the commit, for every message: each message once",
    { timeout: 300_000 },
    async () => {
      const seen = new Set<string>();
      await people.post("chaos", { delay_ms: 1_500 });
      for (let kills = 0; kills < 12; kills += 1) {
        await start();
        const fresh = (m: Message): boolean => m.metadata !== undefined && !seen.has(`${m.channel} ${m.ts}`);
        const posted = await people.until("the next message", fresh, 10).catch(() => undefined);
        await kill9();
        if (posted === undefined) break;
        for (const m of await people.messages()) seen.add(`${m.channel} ${m.ts}`);
      }
      expect(seen.size).toBeGreaterThan(4);
      await people.post("chaos", { delay_ms: 0 });
      await expectEachOnce(await settled());
    },
  );
});
