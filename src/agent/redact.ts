/** Takes secrets out of text before a model, the log or a person sees it. Errs on the side of taking out. */
const gone = "[redacted]";

const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,40}PRIVATE KEY-----/g,
  /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8,2000}/g, // JWT
  /\bxox[abeoprs]-[\w-]{10,250}/g, // Slack
  /\bxapp-[\w-]{10,250}/g,
  /\bgh[opsur]_\w{30,255}/g, // GitHub
  /\bgithub_pat_\w{30,255}/g,
  /\bsk-[\w-]{20,200}/g, // model servers
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, // AWS access key id
  /\bAIza[\w-]{35}\b/g, // Google
];

/** What stands before a secret, kept; the secret itself is the last group. */
const labelled: readonly RegExp[] = [
  /(\b(?:bearer|basic)\s{1,4})([\w+/=.~-]{8,4000})/gi,
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,100}:)([^\s/@"']{1,200})(?=@)/gi, // https://user:secret@host
  /((?:password|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?token|refresh[_-]?token|auth[_-]?token|private[_-]?key|authorization)(?:\\?["'])?\s{0,4}[:=]\s{0,4}(?:\\?["'])?)([^\s"'\\,;&}]{3,4000})/gi,
  /([\s"']\/(?:p|password):)([^\s"',;]{3,200})/gi, // net use, wmic, psexec
];

export function redactText(text: string): string {
  let clean = text;
  for (const shape of shapes) clean = clean.replace(shape, gone);
  for (const shape of labelled) clean = clean.replace(shape, `$1${gone}`);
  return clean;
}

const secretName =
  /^(?:.*[_-])?(?:password|passwd|pwd|passphrase|secret|api[_-]?key|token|private[_-]?key|authorization)$/i;

/** The same JSON with every string cleaned, and every value under a secret's name gone. */
export function redact(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, named(key, inner)]),
  );
}

function named(key: string, value: unknown): unknown {
  return typeof value === "string" && value !== "" && secretName.test(key) ? gone : redact(value);
}
