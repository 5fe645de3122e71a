/** A server of tools that hangs, floods, dies or lies costs the calls it was asked, and nothing of it reaches a model. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openMcp } from "../../../vendors/mcp.ts";
import { silent } from "../../../src/diagnostics.ts";
import { play, section, tempFolder } from "./scene.ts";

describe("a server of tools", () => {
  it("is asked, and its answer is the result", async () => {
    const { ask, tool, mcp, calls } = await play("good");
    expect(await ask()).toBe('seen {"host":"FIN-WS-042"}');
    expect(tool()).toMatchObject({ server: "siem", version: "Scripted 1.4.2" });
    expect(calls()).toEqual(["search"]);
    expect(mcp.of("sleuth")).toBe(mcp.of("sleuth"));
    expect(mcp.of("tier2")).toEqual([]);
  });

  it("is not called with arguments that its schema does not take", async () => {
    const { ask, calls } = await play("good");
    expect(await ask({ host: 7 })).toContain("did not match expected schema");
    expect(calls).toThrow("ENOENT");
  });

  it("is given the variables it is named and no other of hatrack's", async () => {
    const variables = { SIEM_TOKEN: "for-the-siem", LLM_API_KEY: "not-for-it", SECRET_OF_OTHERS: "nor-this" };
    const { ask } = await play("env", { env: ["SIEM_TOKEN"], variables });
    const given = await ask();
    expect(given).toContain("for-the-siem");
    expect(given).not.toMatch(/not-for-it|nor-this/);
  });

  it("ends the start when a variable it is to be given is not set", async () => {
    const servers = { siem: section("good", tempFolder(), { env: ["SIEM_TOKEN"] }) };
    const opened = openMcp({ servers, env: {}, diagnostics: silent, announce: () => undefined });
    await expect(opened).rejects.toThrow("mcp.servers.siem is given SIEM_TOKEN, which is not set");
  });

  it("may ask nothing: no model, no files", async () => {
    const { ask, folder } = await play("asks");
    expect(await ask()).toBe("asked");
    expect(readFileSync(join(folder, "replies"), "utf8").match(/Method not found/g)).toHaveLength(2);
  });
});

describe("a server that hangs", () => {
  it("costs its call its time, and after three is started again", async () => {
    const { ask, timers, tool } = await play("hangs", { callSeconds: 0.1 });
    for (let call = 0; call < 3; call += 1)
      expect(await ask()).toBe("server_slow: the tool server siem gave no answer in 0.1 s");
    expect(await ask()).toBe("server_down: the tool server siem does not run at the moment");
    const { ms, ring } = await timers.next();
    expect(ms).toBe(1_000);
    ring();
    expect(tool().server).toBe("siem");
  });

  it("from its start on delays hatrack by its start time and no more", async () => {
    const { mcp, noted, timers } = await play("mute", { startSeconds: 0.3 });
    expect(mcp.of("sleuth")).toEqual([]);
    expect(noted.join()).toContain("the tool server siem is down; roles work without it");
    expect((await timers.next()).ms).toBe(1_000);
  });

  it("gives way to the end of the run", async () => {
    const { ask } = await play("hangs");
    expect(await ask({ host: "h" }, AbortSignal.abort(new Error("out of time")))).not.toContain("server_");
  });
});

describe("a server that floods", () => {
  it.each(["floods-a-line", "floods-messages"])("(%s) is cut off, and started again", async (behaviour) => {
    const { ask, timers } = await play(behaviour);
    expect(await ask()).toBe(
      "server_floods: the tool server siem sent more than is taken; its answer is lost",
    );
    expect((await timers.next()).ms).toBe(1_000);
  });

  it("with a long answer has it cut, and is kept", async () => {
    const { ask } = await play("floods-result", { resultBytes: 1_000 });
    expect(await ask()).toMatch(/^y{1000}… 499,000 more characters$/);
    expect(await ask()).toMatch(/^y{1000}…/);
  });
});

describe("a server that fails", () => {
  it.each([
    ["garbage", "server_garbles: the tool server siem answered with something that is no result"],
    ["stack", "server_refuses: the tool server siem refused the call (error -32603)"],
    ["error-text", "tool_failed: the tool server siem says that this call failed"],
    ["dies", "server_fails: the tool server siem could not be reached, or broke off"],
  ])("(%s) is told of in our words", async (behaviour, words) => {
    const { ask, noted } = await play(behaviour);
    expect(await ask()).toBe(words);
    expect(noted.join()).not.toContain("\n    at");
  });

  it("is started again later and later, and works once it is back", async () => {
    const { ask, timers } = await play("dies-once");
    expect(await ask()).toContain("server_fails");
    const { ring } = await timers.next();
    ring();
    await expect.poll(() => ask(), { timeout: 30_000 }).toBe("back again");
  });

  it("waits twice as long each time, a minute at most", async () => {
    const { timers, noted } = await play("not-there", {
      command: ["/bin/sh", "-c", "echo \"Cannot find module 'siem'\" >&2; exit 1"],
    });
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { ms, ring } = await timers.next();
      waits.push(ms);
      if (n < 3) ring();
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(noted[0]).toContain("Cannot find module 'siem'");
  });
});

describe("what a server offers", () => {
  it("is announced when it is first seen, with what is refused and why", async () => {
    const inputSchema = { type: "object" };
    const annotations = { readOnlyHint: true };
    const { announced, mcp } = await play("good", {
      roles: { sleuth: ["search", "drop", "wipe", "plain", "odd"] },
      tools: [
        { name: "search", inputSchema, annotations },
        { name: "drop", inputSchema },
        { name: "wipe", inputSchema, annotations: { readOnlyHint: true, destructiveHint: true } },
        { name: "plain", inputSchema, annotations: { readOnlyHint: "true" } },
        { name: "odd", inputSchema: { type: "object", properties: { a: { type: "text" } } }, annotations },
        { name: "unasked", inputSchema, annotations },
      ],
    });
    expect(mcp.of("sleuth").map(({ tool }) => tool.name)).toEqual(["siem__search"]);
    const notMarked = "it is not marked read-only (readOnlyHint: true)";
    expect(announced).toHaveLength(1);
    expect(announced[0]?.changes).toMatchObject([
      { tool: "search", usable: true },
      { tool: "drop", usable: false, why: notMarked },
      { tool: "wipe", usable: false, why: "it is marked destructive (destructiveHint)" },
      { tool: "plain", usable: false, why: notMarked },
      { tool: "odd", usable: false },
      { tool: "unasked", usable: true },
    ]);
    expect(announced[0]?.changes[4]?.why).toContain("not JSON Schema at /properties/a/type");
  });

  it.each(["list-changes", "schema-changes"])(
    "is out when it changes (%s), and that is said once",
    async (how) => {
      const { ask, announcement, announced, mcp, calls } = await play(how);
      expect(await ask()).toBe("before the change");
      const { changes } = await announcement(2);
      expect(changes).toMatchObject([{ tool: "search", usable: false }]);
      expect(mcp.of("sleuth")).toEqual([]);
      expect(await ask()).toBe("tool_withdrawn: the tool server siem no longer offers this as it was");
      expect(calls()).toEqual(["search"]);
      expect(announced).toHaveLength(2);
    },
  );

  it("is out too when it changes while the first list is on its way", async () => {
    const { ask, announcement } = await play("changes-at-once");
    const { changes } = await announcement(2);
    expect(changes).toMatchObject([{ tool: "search", usable: false }]);
    expect(await ask()).toBe("tool_withdrawn: the tool server siem no longer offers this as it was");
  });

  it("is asked for once a second at most, however often the server says that it has changed", async () => {
    const { timers, folder, announced, ask } = await play("list-loop");
    for (let lists = 2; lists < 5; lists += 1) {
      const { ms, ring } = await timers.next();
      expect(ms).toBe(1_000);
      expect(readFileSync(join(folder, "lists"), "utf8")).toHaveLength(lists);
      const said = ask();
      ring();
      // A call waits for the list that is under way, and for no further one.
      expect(await said).toContain("seen");
    }
    expect(announced).toHaveLength(1);
  });

  it("is looked at again when the server comes back", async () => {
    const { ask, timers, announcement, mcp } = await play("dies-changed");
    expect(await ask()).toContain("server_fails");
    (await timers.next()).ring();
    expect(await announcement(2)).toMatchObject({
      changes: [{ tool: "search", usable: false, why: "the server offers it no more" }],
    });
    expect(mcp.of("sleuth")).toEqual([]);
  });
});
