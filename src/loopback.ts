/** Which addresses only this machine reaches, and which URLs may therefore carry a secret. */

/** @param host as a URL has it, with or without the brackets of IPv6 */
export function isLoopback(host: string): boolean {
  return ["localhost", "::1", "[::1]"].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Encrypted, or never on a wire. */
export function maySeeSecrets({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
