/** Who may look: by which name they came, from where, and with which token. Pure. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { isLoopback } from "../src/loopback.ts";

export interface Access {
  /** Names under which browsers reach it, beside this machine's own loopback and any address. */
  readonly names: readonly string[];
  /** undefined: whoever reaches it may look. */
  readonly token: string | undefined;
  /** Cookies of one host are shared by all its ports. */
  readonly port: number;
}

/** Against DNS rebinding: a page of another site reaches us under its own name, never by an address. */
export function hostAllowed({ names }: Access, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}/`)) return false;
  const { hostname } = new URL(`http://${host}/`);
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return isLoopback(name) || isIP(name) !== 0 || names.some((one) => one.toLowerCase() === name);
}

/** A page of another site may link here; it may not fetch, frame or show what is here. */
export function fromElsewhere(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  const elsewhere = site === "cross-site" || site === "same-site";
  return elsewhere && !(headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document");
}

export function cookieName({ port }: Access): string {
  return `hatrack_${port}`;
}

/** What the browser keeps instead of the token, which a look into its cookies would give away. */
export function cookieValue(token: string): string {
  return createHash("sha256").update(`hatrack dashboard ${token}`).digest("base64url");
}

/** The cookie of somebody who has shown the token. */
export function isKnown(access: Access, cookies: string | undefined): boolean {
  if (access.token === undefined) return true;
  const wanted = cookieValue(access.token);
  const name = cookieName(access);
  return (cookies ?? "").split(/;\s*/).some((cookie) => {
    const at = cookie.indexOf("=");
    return cookie.slice(0, at) === name && sameText(cookie.slice(at + 1), wanted);
  });
}

export function isToken({ token }: Access, given: string): boolean {
  return token !== undefined && sameText(given, token);
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
