/**
 * Slack's signed requests over HTTP. Bolt checks the signature and refuses what is more than five minutes old; a
 * request that claims to be from the future, which would serve for as long, is refused here.
 */
import { HTTPReceiver, type HTTPReceiverOptions } from "@slack/bolt";
import type { Clock } from "../src/clock.ts";

/** Slack's own rule for the age of a request, here to either side. */
const skewSeconds = 300;

export function isTimely(timestamp: string | string[] | undefined, now: number): boolean {
  if (typeof timestamp !== "string" || !/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(now / 1000 - Number(timestamp)) <= skewSeconds;
}

/** What it hands on carries its signature, so that the same request again is known. */
export function signedHttp(
  options: Pick<HTTPReceiverOptions, "signingSecret" | "logger">,
  clock: Clock,
): HTTPReceiver {
  const receiver = new HTTPReceiver({
    ...options,
    customPropertiesExtractor: ({ headers }) => ({ signature: headers["x-slack-signature"] }),
  });
  const take = receiver.requestListener;
  receiver.requestListener = (request, response) => {
    if (isTimely(request.headers["x-slack-request-timestamp"], clock.now())) take(request, response);
    else response.writeHead(401).end();
  };
  return receiver;
}
