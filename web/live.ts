/** The stream behind an open page: each region that has changed, whole, as the page would be drawn now. */
import type { ServerResponse } from "node:http";
import type { Html } from "../slack/workspace/page/html.ts";
import { reasonOf } from "../src/errors.ts";
import { versionOf } from "./page.ts";
import { noticeOf } from "./pages/shell.ts";
import type { Views } from "./views.ts";

/** A storm of entries redraws a page this often and no more, milliseconds. */
const settleMs = 700;
/** Ages grow without an entry, and what proxies think of a silent stream, milliseconds. */
const beatMs = 5000;
/** What one machine may keep open: each is drawn again and again. */
export const mostStreams = 64;

/** Until the reader goes away or `signal` aborts. */
export function stream(views: Views, here: URL, response: ServerResponse, signal: AbortSignal): void {
  const sent = new Map<string, string>();
  let drawing = false;
  let stale = true;
  let later: NodeJS.Timeout | undefined;

  const push = (id: string, drawn: Html): void => {
    const version = versionOf(drawn);
    if (sent.get(id) === version) return;
    sent.set(id, version);
    response.write(`data: ${JSON.stringify({ id, version, html: drawn.toString() })}\n\n`);
  };
  const draw = async (): Promise<void> => {
    if (drawing) return;
    drawing = true;
    try {
      stale = false;
      const drawn = await views.draw(here);
      if (response.writableEnded) return;
      if ("page" in drawn) for (const { id, html } of drawn.page.regions) push(id, html);
      push("notice", noticeOf(views.notice()));
      response.write(": drawn\n\n");
    } catch (error) {
      views.diagnostics.warn(
        { why: reasonOf(error) },
        `dashboard: ${here.pathname} could not be drawn again`,
      );
    } finally {
      drawing = false;
    }
  };
  const soon = (): void => {
    stale = true;
    later ??= setTimeout(() => {
      later = undefined;
      if (stale) void draw();
    }, settleMs);
  };
  const stop = views.watch.onChange(soon);
  const beat = setInterval(soon, beatMs);
  const end = (): void => {
    stop();
    signal.removeEventListener("abort", end);
    clearInterval(beat);
    clearTimeout(later);
    response.end();
  };
  response.once("close", end);
  signal.addEventListener("abort", end, { once: true });
  void draw();
}
