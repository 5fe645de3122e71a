import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { directory } from "./directory.ts";

const main = resolve(import.meta.dirname, "../../../slack/workspace/main.ts");
const readySchema = z.object({ url: z.string(), token: z.string() });

describe("the workspace as a process of its own", () => {
  let folder: string;
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hatrack-workspace-"));
    await writeFile(join(folder, "directory.json"), JSON.stringify(directory));
  });
  afterEach(async () => {
    running?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  const launch = (args: readonly string[]) => {
    running = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
      cwd: folder,
    });
    return running;
  };
  const start = async () => {
    const child = launch(["--file", "ws.db", "--directory", "directory.json", "--token", "the-page-token"]);
    if (child.stdout === null) throw new Error("no stdout");
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = readySchema.parse(JSON.parse(line));
      return { child, ...ready, client: new WebClient("xoxb-local-1", { slackApiUrl: `${ready.url}/api/` }) };
    }
    throw new Error("the workspace ended before it was ready");
  };

  it("keeps every acknowledged message, thread and membership through kill -9, and goes on with rising timestamps", async () => {
    const first = await start();
    expect(first.token).toBe("the-page-token");
    const root = await first.client.chat.postMessage({
      channel: "C0CASES",
      text: "root",
      metadata: { event_type: "case", event_payload: { id: "7K3F" } },
    });
    const thread = { channel: "C0CASES", thread_ts: root.ts ?? "" };
    for (let at = 0; at < 20; at += 1)
      await first.client.chat.postMessage({ ...thread, text: `reply ${at}` });
    await fetch(`${first.url}/local/usergroup`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": first.token },
      body: JSON.stringify({ id: "S0IRLEAD", users: ["U0SAM"] }),
    });
    first.child.kill("SIGKILL");
    await once(first.child, "exit");

    const second = await start();
    const { messages = [] } = await second.client.conversations.replies({
      channel: "C0CASES",
      ts: root.ts ?? "",
      include_all_metadata: true,
    });
    expect(messages.map((message) => message.text)).toEqual([
      "root",
      ...Array.from({ length: 20 }, (_, at) => `reply ${at}`),
    ]);
    expect(messages[0]).toMatchObject({ reply_count: 20, metadata: { event_payload: { id: "7K3F" } } });
    const next = await second.client.chat.postMessage({ channel: "C0CASES", text: "next" });
    expect((next.ts ?? "") > (messages.at(-1)?.ts ?? "z")).toBe(true);
    const group = await second.client.usergroups.users.list({ usergroup: "S0IRLEAD" });
    expect(group.users).toEqual(["U0SAM"]);
    second.child.kill("SIGTERM");
    expect(await once(second.child, "exit")).toEqual([0, null]);
  });

  it("lets a changed directory win over an older change of membership", async () => {
    const first = await start();
    first.child.kill("SIGTERM");
    await once(first.child, "exit");
    const [group, ...others] = directory.usergroups;
    const changed = { ...directory, usergroups: [{ ...group, users: ["U0TOM"] }, ...others] };
    await writeFile(join(folder, "directory.json"), JSON.stringify(changed));
    const second = await start();
    const listed = await second.client.usergroups.users.list({ usergroup: "S0IRLEAD" });
    expect(listed.users).toEqual(["U0TOM"]);
  });

  it("ends with 2 and says what is wrong when it is started wrongly", async () => {
    await writeFile(join(folder, "bad.json"), JSON.stringify({ channels: [], users: [] }));
    const child = launch(["--directory", "bad.json", "--port", "70000"]);
    let words = "";
    child.stderr?.on("data", (piece: Buffer) => (words += piece.toString()));
    expect(await once(child, "exit")).toEqual([2, null]);
    expect(words).toContain("port");
    expect(words).toContain("usage: main.ts");
  });
});
