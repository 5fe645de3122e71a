/**
 * What hatrack may ask a security product: GET, and these POSTs, which look up or sign in and change nothing. A line here
 * is a decision: it is the only way by which a POST gets through, and nothing lets PUT, PATCH or DELETE through.
 */
export const readOnlyPosts = {
  falcon: {
    "/oauth2/token": "signs in: a token for what the API client may read",
    "/alerts/entities/alerts/v2": "alerts by id",
    "/alerts/combined/alerts/v1": "alerts by filter, for more than 10,000 of one moment",
    "/devices/entities/devices/v2": "hosts by id",
  },
  "abuse.ch": {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type Product = keyof typeof readOnlyPosts;

/** undefined: it may go out; else why not. `path` is that of the parsed URL: no dots, no query. */
export function whyNotReadOnly(product: Product, method: string, path: string): string | undefined {
  if (method === "GET") return undefined;
  const listed = readOnlyPosts[product];
  if (method === "POST" && Object.hasOwn(listed, path)) return undefined;
  const posts = Object.keys(listed).map((each) => `POST ${each}`);
  return `${method} ${path}: expected GET${posts.length === 0 ? "" : ` or ${posts.join(", ")}`}`;
}
