/**
 * The recommended blocklist of abuse.ch's Feodo Tracker: addresses of botnet command-and-control servers. It needs no
 * key, is made anew every few minutes and is short; for months it may be empty, which says nothing of any address.
 */
import { isIP } from "node:net";
import { z } from "zod";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError } from "../src/errors.ts";
import { normaliseIndicator } from "../src/indicators/normalise.ts";
import { HttpClient } from "./http-client.ts";
import { KeptList } from "./kept-list.ts";
import { number, text } from "./lenient.ts";

const Server = z.object({
  ip_address: z.string().refine((value) => isIP(value.trim()) !== 0),
  ...{ port: number, status: text, malware: text, hostname: text, as_name: text, country: text },
  ...{ first_seen: text, last_online: text },
});
export type FeodoServer = z.infer<typeof Server>;

export interface FeodoList {
  readonly entries: number;
  /** By the address in its one spelling. */
  at(address: string): readonly FeodoServer[];
}

export const feodoName = "abuse.ch's Feodo Tracker";

export interface FeodoOptions {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly file: string;
  /** Default: abuse.ch's own. */
  readonly baseUrl?: string;
}

export function feodoList(options: FeodoOptions): KeptList<FeodoList> {
  const { clock, diagnostics, file, baseUrl = "https://feodotracker.abuse.ch" } = options;
  const limits = { timeoutMs: 10_000, maxBytes: 5_000_000, tries: 1 };
  return new KeptList({
    ...{ name: feodoName, path: "/downloads/ipblocklist.json", parse: parseFeodo },
    http: new HttpClient({ product: "abuse.ch", baseUrl, clock, ...limits }),
    ...{ clock, diagnostics, file },
  });
}

/** @throws HatrackError `list_unreadable` for what is no such list; an entry without an address is none */
export function parseFeodo(json: string): FeodoList {
  const said = entriesOf(json);
  const servers = said.flatMap((each) => {
    const server = Server.safeParse(each);
    return server.success ? [server.data] : [];
  });
  if (said.length > 0 && servers.length === 0) throw unreadable(`${said.length} entries without an address`);
  const byAddress = Map.groupBy(servers, ({ ip_address }) => spelled(ip_address));
  return { entries: servers.length, at: (address) => byAddress.get(spelled(address)) ?? [] };
}

function entriesOf(json: string): unknown[] {
  try {
    return z.array(z.unknown()).parse(JSON.parse(json));
  } catch (error) {
    throw unreadable(`"${json.slice(0, 60)}"`, error);
  }
}

function spelled(address: string): string {
  return normaliseIndicator(isIP(address.trim()) === 6 ? "ipv6" : "ipv4", address)?.value ?? "";
}

function unreadable(got: string, cause?: unknown): HatrackError {
  const message = `${feodoName}: expected a JSON list of entries with ip_address, got ${got}`;
  return new HatrackError("list_unreadable", message, { cause });
}
