/** Where a link leads: the name or address in it, and where in the link that stands. */

/** Scheme, user information, then an address in brackets or whatever comes before the port or path. */
const authority = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#@]*@)?)(\[[^\]]*\]|[^/?#:@]*)/i;

export interface LinkHost {
  /** Without the brackets of an IPv6 address; "" where there is none. */
  readonly host: string;
  readonly start: number;
}

/**
 * `https://203.0.113.7@80/x` is Windows' way to write a WebDAV port: a "host" that is a port's number alone is one,
 * and the host stands before the `@`.
 */
export function linkHost(link: string): LinkHost {
  const [, scheme = "", user = "", host = ""] = authority.exec(link) ?? [];
  const before = user.slice(0, -1);
  if (/^\d{1,5}$/.test(host) && before.includes(".")) return { host: before, start: scheme.length };
  const bracket = host.startsWith("[") ? 1 : 0;
  return {
    host: host.replace(/^\[|\]$/g, ""),
    start: scheme.length + user.length + bracket,
  };
}
