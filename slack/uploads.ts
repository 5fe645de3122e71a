/** A file into the workspace, in Slack's three steps. It is shared nowhere: a message that holds it does that. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { SlackDown, type Upload } from "./outbox.ts";
import { slackFailure } from "./slack-errors.ts";

/** Whether a file may be sent to this origin: an address that leads elsewhere is not Slack's. */
export type IsUploadHost = (origin: string) => boolean;

const Announced = z.object({ upload_url: z.url(), file_id: z.string().min(1).max(64) });
const sendMs = 20_000;

/** @returns the file's id @throws SlackDown, HatrackError `slack_refused` */
export async function uploadFile(
  client: Pick<WebClient, "apiCall">,
  { name, bytes, alt }: Upload,
  isUploadHost: IsUploadHost,
): Promise<string> {
  const announced = await call(client, "files.getUploadURLExternal", {
    ...{ filename: name, length: bytes.length, alt_txt: alt.slice(0, 1000) },
  });
  const { upload_url: url, file_id: id } = Announced.parse(announced);
  if (!isUploadHost(new URL(url).origin)) {
    throw new HatrackError("slack_refused", "slack: files.getUploadURLExternal named a place outside Slack");
  }
  await send(url, bytes);
  await call(client, "files.completeUploadExternal", { files: [{ id, title: alt.slice(0, 200) }] });
  return id;
}

async function call(
  client: Pick<WebClient, "apiCall">,
  method: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  try {
    return await client.apiCall(method, args);
  } catch (error) {
    throw slackFailure(method, error);
  }
}

/** Without the token: the address itself is what allows it. */
async function send(url: string, bytes: Uint8Array): Promise<void> {
  const unsent = (why: string, cause?: unknown): SlackDown =>
    new SlackDown(`slack: a file was not taken: ${why}`, { retryAfterMs: 5_000, unsure: false, cause });
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method: "POST", body: Buffer.from(bytes), redirect: "error" },
      headers: { "content-type": "application/octet-stream" },
      signal: AbortSignal.timeout(sendMs),
    });
  } catch (error) {
    throw unsent(reasonOf(error), error);
  }
  if (response.ok) return;
  const { status } = response;
  if (status < 400 || status >= 500 || [408, 429].includes(status)) throw unsent(`HTTP ${status}`);
  throw new HatrackError("slack_refused", `slack: a file was refused: HTTP ${status}`);
}
