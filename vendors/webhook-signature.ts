/**
 * `x-hatrack-signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` under the shared secret. Several v1 may
 * stand there, so that a secret can be changed without a gap. A repeat inside the window is let through: what it brings
 * has the same ids and is on the log already.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Seconds a signature may be old, or ahead of our clock. */
export const toleranceSeconds = 300;

export function sign(secret: string, seconds: number, body: Buffer | string): string {
  const mac = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

/** Why the signature does not hold; undefined when it does. Never says what would have been right. */
export function whyUnsigned(
  header: string | undefined,
  body: Buffer,
  { secret, nowMs }: { secret: string; nowMs: number },
): string | undefined {
  if (header === undefined) return "header x-hatrack-signature: expected t=…,v1=…, got none";
  const parts = header.split(",", 10).map((part) => part.trim());
  const seconds = parts.find((part) => /^t=\d{1,12}$/.test(part))?.slice(2);
  const macs = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part)).map((part) => part.slice(3));
  if (seconds === undefined || macs.length === 0)
    return "header x-hatrack-signature: expected t=<seconds>,v1=<64 hex>";
  if (Math.abs(nowMs / 1000 - Number(seconds)) > toleranceSeconds) {
    return `header x-hatrack-signature: t=${seconds} is more than ${toleranceSeconds} seconds from this clock`;
  }
  const wanted = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();
  // All are compared, each in constant time.
  const matches = macs.map((mac) => timingSafeEqual(Buffer.from(mac, "hex"), wanted));
  return matches.includes(true) ? undefined : "header x-hatrack-signature: does not match the body";
}
