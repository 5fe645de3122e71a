/** A file goes to the place Slack names, if that is Slack's, and the token does not. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { reachOf } from "../../slack/connection.ts";
import { uploadFile } from "../../slack/uploads.ts";

const file = { name: "campaign.png", bytes: new Uint8Array([137, 80, 78, 71]), alt: "Graph of a campaign" };
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

interface Taken {
  headers?: IncomingHttpHeaders;
  bytes?: Buffer;
}

/** Where a file is sent to. */
async function place(status: number, taken: Taken = {}): Promise<string> {
  const taking = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      Object.assign(taken, { headers: request.headers, bytes: Buffer.concat(parts) });
      response.writeHead(status, status === 302 ? { location: "http://127.0.0.1:9/" } : {}).end();
    });
  });
  server = taking;
  await new Promise<void>((resolve) => taking.listen(0, "127.0.0.1", resolve));
  const { port } = taking.address() as AddressInfo;
  return `http://127.0.0.1:${port}/upload/F0A/secret`;
}

function client(url: string, calls: [string, unknown][] = []) {
  return {
    apiCall: (method: string, args?: unknown) => {
      calls.push([method, args]);
      return Promise.resolve({ ok: true, upload_url: url, file_id: "F0A" });
    },
  };
}

const anywhere = (): boolean => true;

describe("an upload", () => {
  it("announces the file, sends its bytes without the token, and completes it without sharing it", async () => {
    const taken: Taken = {};
    const calls: [string, unknown][] = [];
    expect(await uploadFile(client(await place(200, taken), calls), file, anywhere)).toBe("F0A");
    expect(calls).toEqual([
      ["files.getUploadURLExternal", { filename: file.name, length: 4, alt_txt: file.alt }],
      ["files.completeUploadExternal", { files: [{ id: "F0A", title: file.alt }] }],
    ]);
    expect([...(taken.bytes ?? [])]).toEqual([...file.bytes]);
    expect(taken.headers?.authorization).toBeUndefined();
  });

  it.each([500, 503, 429, 408, 302])("is to be tried again when its place answers %i", async (status) => {
    const calls: [string, unknown][] = [];
    await expect(uploadFile(client(await place(status), calls), file, anywhere)).rejects.toMatchObject({
      code: "slack_down",
    });
    expect(calls).toHaveLength(1);
  });

  it.each([400, 403, 413])("is given up when its place answers %i", async (status) => {
    await expect(uploadFile(client(await place(status)), file, anywhere)).rejects.toMatchObject({
      code: "slack_refused",
    });
  });

  it("goes nowhere but to Slack", async () => {
    const taken: Taken = {};
    await expect(uploadFile(client(await place(200, taken)), file, () => false)).rejects.toMatchObject({
      code: "slack_refused",
    });
    expect(taken).toEqual({});
  });
});

describe("Slack's own places", () => {
  const credentials = { mode: "socket", botToken: "xoxb-1", appToken: "xapp-1" } as const;
  const { isUploadHost } = reachOf({ kind: "slack", credentials });

  it.each(["https://files.slack.com", "https://slack.com", "https://slack-files.com"])(
    "%s is one",
    (origin) => {
      expect(isUploadHost(origin)).toBe(true);
    },
  );

  it.each([
    ...["http://files.slack.com", "https://files.slack.com.evil.example", "https://evilslack.com"],
    ...["https://127.0.0.1", "https://slack.com:8443", "https://files.slack.com@evil.example"],
  ])("%s is none", (origin) => {
    expect(isUploadHost(origin)).toBe(false);
  });
});
