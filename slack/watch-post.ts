/** How the watch reaches the operations channel: a client of its own, or a plain incoming webhook; none of the lanes. */
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Announcement } from "../src/watch/watch.ts";
import { ownApp, reachOf, webClient, type Connection } from "./connection.ts";
import { PostOnce } from "./lanes/post-once.ts";
import type { Message } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import { bold, richText, section, text } from "./rich.ts";
import { fallback, untrusted } from "./text.ts";
import { slackRates, systemTurns } from "./turns.ts";
import { WebOutbox } from "./web-outbox.ts";
import { heads } from "./words/watch.ts";

export function watchMessage({ kind, over, words }: Announcement): Message {
  const head = heads[kind][over ? 1 : 0];
  const line = text(untrusted(` ${words}`, { max: 1500 }));
  return { text: fallback`${head}`, blocks: [richText(section(bold(head), line))] };
}

type Announce = (announcement: Announcement) => Promise<void>;

/** What may have been said by a process that ended is looked for in the channel before it is said again. */
export function announceInSlack(
  connection: Connection,
  { channel, diagnostics }: { readonly channel: string; readonly diagnostics: Diagnostics },
): Announce {
  let outbox: Promise<Outbox> | undefined;
  const once = new PostOnce();
  return async (announcement) => {
    outbox ??= open(connection, diagnostics);
    // Slack may be out when it is first wanted: the next look asks again.
    outbox.catch(() => (outbox = undefined));
    const mark = { event_id: announcement.id, kind: "notice", case_id: "system" } as const;
    const since = Date.parse(announcement.id.split(" ")[1] ?? "") || 0;
    const delivered = { deliveries: announcement.again ? 2 : 1, since };
    await once.post(await outbox, { channel, mark, message: watchMessage(announcement) }, delivered);
  };
}

async function open(connection: Connection, diagnostics: Diagnostics): Promise<Outbox> {
  const reach = reachOf(connection);
  const client = webClient(reach, { timeoutMs: 10_000, diagnostics });
  const own = await ownApp(client);
  return new WebOutbox({
    ...{ client, own, diagnostics, limitMode: "cut", turns: systemTurns(slackRates) },
    isUploadHost: reach.isUploadHost,
  });
}

/** Said at least once: a webhook cannot be asked what it has said. */
export function announceByWebhook(url: string): Announce {
  return async (announcement) => {
    const body = JSON.stringify(watchMessage(announcement));
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(10_000);
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "error" });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
    } catch (cause) {
      throw new HatrackError(
        "watch_unheard",
        `watch: WATCH_WEBHOOK_URL did not take it (${reasonOf(cause)})`,
        { cause, retryable: true },
      );
    }
  };
}
