/**
 * What secrets look like. Every repetition is bounded, so that no text takes long. A shape errs on the side of leaving
 * what investigations live on: hashes, GUIDs and encoded commands are no secrets, whatever stands before them.
 */
export interface SecretShape {
  /** As the mark names it: "aws-key". */
  readonly kind: string;
  /** Global, with indices; the secret is the group of that name, or else all of it. */
  readonly pattern: RegExp;
  /** A second look at what was found: false leaves it. */
  readonly is?: (secret: string) => boolean;
}

/** A value on a command line or in a setting: quoted, or up to the next gap. */
const value = String.raw`(?:\\?["'](?<secret>[^"'\\\r\n]{1,400})|(?<secret>[^\s"'\\,;&|}<>]{3,400}))`;
const label = String.raw`(?:password|passwd|passphrase|secret|api[_-]?key|accountkey|sharedaccesskey|access[_-]?key|access[_-]?token|refresh[_-]?token|auth[_-]?token|private[_-]?key)`;

/** Who it is and a password, in base64: "basic authentication" is not. */
const isBasic = (secret: string): boolean =>
  /^[\w .@\\-]{1,200}:[\x20-\x7e]{1,500}$/.test(Buffer.from(secret, "base64").toString("latin1"));
/** Words have no digits: "bearer certificate". */
const isToken = (secret: string): boolean => /\d/.test(secret) || secret.length >= 20;
/** Where a program looks for it, or what makes it, is not the thing itself. */
const isPassword = (secret: string): boolean =>
  !/^(?:\*+|%\w{1,60}%|\$\{?env:\w{1,60}\}?|null|true|false|none|undefined|bearer|basic|expected|(?:convertto|get|read|new)-\w+)$/i.test(
    secret,
  );
/** "PWD=/home/bob" is where somebody is. */
const isNoPath = (secret: string): boolean => isPassword(secret) && !/^(?:[/~]|[a-z]:[\\/])/i.test(secret);

function shape(kind: string, source: string, is?: SecretShape["is"]): SecretShape {
  const pattern = new RegExp(source, "dgi");
  return is === undefined ? { kind, pattern } : { kind, pattern, is };
}

/** A form that letters alone do not make: case counts. */
function exact(kind: string, source: string): SecretShape {
  return { kind, pattern: new RegExp(source, "dg") };
}

export const shippedShapes: readonly SecretShape[] = [
  exact(
    "private-key",
    String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,40}PRIVATE KEY-----`,
  ),
  // One that is cut off is as secret as far as it goes.
  exact("private-key", String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:\\[rn]|[\w+/=\s]){16,8000}`),
  exact("jwt", String.raw`\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}(?:\.[\w-]{0,2000})?`),
  exact("slack-token", String.raw`\bxox[abeoprs]-[\w-]{10,250}`),
  exact("slack-token", String.raw`\bxapp-[\w-]{10,250}`),
  exact("slack-webhook", String.raw`\bhooks\.slack\.com/(?:services|workflows)/(?<secret>[\w/]{20,200})`),
  exact("github-token", String.raw`\bgh[opsur]_\w{30,255}`),
  exact("github-token", String.raw`\bgithub_pat_\w{30,255}`),
  exact("gitlab-token", String.raw`\bgl(?:pat|dt|rt|ptt|cbt|agent)-[\w-]{20,255}`),
  exact("model-key", String.raw`\bsk-[\w-]{20,200}`),
  exact("aws-key", String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`),
  exact("google-key", String.raw`\bAIza[\w-]{35}\b`),
  shape("bearer", String.raw`\bbearer\s{1,4}(?<secret>[\w+/=.~-]{8,4000})`, isToken),
  shape("basic", String.raw`\bbasic\s{1,4}(?<secret>[\w+/=]{8,2000})`, isBasic),
  shape("authorization", String.raw`\bauthorization(?:\\?["'])?\s{0,4}[:=]\s{0,4}${value}`, isPassword),
  shape("azure-sas", String.raw`[?&;]sig=(?<secret>[\w%+/=-]{20,200})`),
  shape(
    "url-password",
    String.raw`\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@"']{0,100}:(?<secret>[^\s/@"']{1,200})(?=@)`,
  ),
  shape(
    "password",
    String.raw`\bconvertto-securestring\s{1,4}(?:-string\s{1,4})?(?:["'](?<secret>[^"'\r\n]{1,400})|(?<secret>[^\s"'$-][^\s"']{1,400}))`,
    isPassword,
  ),
  shape("password", String.raw`${label}(?:\\?["'])?\s{0,4}[:=]\s{0,4}${value}`, isPassword),
  shape("password", String.raw`\bpwd(?:\\?["'])?\s{0,4}[:=]\s{0,4}${value}`, isNoPath),
  // On command lines: --password X, -Password X, /p:X, -p:X, /pass:X, /rp X, -pw X.
  shape(
    "password",
    String.raw`(?<=^|[\s"'])--?(?:password|passwd|passphrase|pass|pw|secret|token|api-key)\s{1,4}${value}`,
    isWord,
  ),
  shape("password", String.raw`(?<=^|[\s"'])[-/](?:p|pw|pwd|pass|password):${value}`, isNoPath),
  shape("password", String.raw`(?<=^|[\s"'])/rp\s{1,4}${value}`, isPassword),
  shape("password", String.raw`\bsshpass\s{1,4}-p\s{0,4}${value}`, isPassword),
  shape(
    "password",
    String.raw`\b(?:mysql|mysqldump|mariadb)(?:\.exe)?\s(?:[^\r\n|;]{0,200}\s)?-p(?<secret>[^\s"'-][^\s"']{2,100})`,
  ),
  shape(
    "password",
    String.raw`\bcurl(?:\.exe)?\s(?:[^\r\n|;]{0,400}\s)?(?:-u|--user)\s{0,4}["']?[^\s:"']{1,100}:(?<secret>[^\s"']{1,200})`,
  ),
  shape(
    "password",
    String.raw`\bnet1?(?:\.exe)?["']?[ \t]{1,4}user[ \t]{1,4}(?!/)\S{1,100}[ \t]{1,4}(?<secret>[^\s/*][^\s]{2,100})`,
  ),
  shape(
    "password",
    String.raw`\bnet1?(?:\.exe)?["']?\s{1,4}use\s(?:\S{1,200}\s{1,4}){1,2}(?<secret>[^\s/*\\][^\s]{2,100})\s{1,4}/u(?:ser)?:`,
  ),
  shape(
    "password",
    String.raw`\bpsexec(?:64)?(?:\.exe)?["']?\s(?:[^\r\n]{0,200}\s)?-p\s{1,4}${value}`,
    isPassword,
  ),
];

/** A switch is not the value of the one before. */
function isWord(secret: string): boolean {
  return isPassword(secret) && !/^[-/]/.test(secret);
}

/** Something of every shape above: most texts have none of it, and are looked at once instead of once a shape. */
export const mayHold =
  /-----BEGIN|eyJ|xox|xapp-|hooks\.slack|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|agent)-|sk-|A[KS]IA|AIza|bearer|basic|:\/\/|sig=|pass|pwd|secret|key|token|authorization|[-/](?:p|pwd?):|\/rp\s|-pw?\s|mysql|mariadb|curl|net1?(?:\.exe)?["']?\s|psexec|securestring/i;

const secretField =
  /(?:^|[\s._-])(?:password|passwd|pwd|passphrase|secret|token|(?:api|access|account|private|secret)[_-]?key|authorization)$/i;

/** What each of them ends in: most names do not. */
const mayName = /(?:word|wd|phrase|secret|token|key|authorization)$/i;

/** A field that holds a secret, whatever its value looks like: client_secret, clientSecret, secretAccessKey. */
export function isSecretName(name: string): boolean {
  return mayName.test(name) && secretField.test(name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_"));
}
