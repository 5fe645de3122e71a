/**
 * Is a dotted token in running text a domain name, or a file, a class of a program, a member of a variable? Half of
 * what looks like a name in a command line is none: `update.zip`, `System.IO`, `$m.name`, `\Users\user.one`.
 */
import { parse } from "tldts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Top-level domains that in alerts are far more often file extensions: `x.zip`, `run.sh`, `libc.so`. */
const extensions = words(
  "as bar cab cat map md mm mov ms pl pm properties prof ps pub py rs sc sh so st vi zip bz",
);

/** Top-level domains that are as often a member of something, `$p.id`, `host.name`, or a file's ending. */
const members = words("cc data dev foo host id info la name link map page");

/** Reserved by RFC 2606 and RFC 7686: no public suffix, but names all the same (samples and onion services). */
const reserved = words("example invalid onion test");

/** Programs' own namespaces whose next word happens to be a top-level domain. */
const namespaces =
  /^(?:ado|adodb|asp|console|io|java|ml|msxml2|net|os|process|schedule|self|shell|system|temp|text|this|vb|web|windows|wscript|python|math)\.[a-z]+$|^(?:document|location|self|this|window)\.[a-z.]+$/;
const microsoftNamespace = /^microsoft\.(?!com$)[a-z0-9.]+$/;

/** A package's name begins with what a name of the Internet ends with: `com.apple`, `org.mozilla.name`. */
const packageName = /^(?:com|org|edu|gov)\.(?!uk$|au$)[a-z]/;

/** Programs of DOS that are still there. */
const dosPrograms = words("chcp.com command.com diskcopy.com edit.com format.com mode.com more.com tree.com");

/** Spy.Agent.CA, Win32.Turla.BR: words that begin large, then letters all large. EVIL.COM and Evil.com are names. */
const detectionName = /^(?:[A-Z][A-Za-z0-9]*[a-z0-9]\.)+(?!COM$|NET$|ORG$)[A-Z]{2,4}$/;

/** "It is done.In that case": a word, then a sentence's first. */
const sentences = /^[A-Za-z0-9.]+\.(?!Com$|Net$|Org$)[A-Z][a-z]+$/;

/** Verdicts that stand after a detection's name, when its letters are a top-level domain by chance. */
const detectionWord = /^\s(?:trojan|worm|virus|variant|backdoor|potentially|riskware|application|gen\b)/i;

export interface NameContext {
  /** Up to three characters before, "" at the beginning. */
  readonly before: string;
  /** Up to 16 characters after. */
  readonly after: string;
  /** It is a link's host or was written defanged: somebody meant a name. */
  readonly meant: boolean;
}

/** Whether `token` (refanged, as written) is a name on the Internet. */
export function isName(token: string, context: NameContext): boolean {
  const name = token.toLowerCase();
  if (!hasSuffix(name)) return false;
  if (context.meant) return true;
  return (
    !(isOfAProgram(name, token) || isOfADetection(token, context) || isPathOrMember(context)) &&
    (!isAmbiguous(name) || standsAsAName(name, context))
  );
}

function hasSuffix(name: string): boolean {
  const { isIcann, isIp, domain } = parse(name, { validateHostname: true });
  if (isIp === true || !name.includes(".")) return false;
  return isIcann === true ? domain !== null : reserved.has(suffixOf(name));
}

function suffixOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function isOfAProgram(name: string, token: string): boolean {
  if (namespaces.test(name) || microsoftNamespace.test(name)) return true;
  return packageName.test(name) || dosPrograms.has(name) || sentences.test(token);
}

function isOfADetection(token: string, { after }: NameContext): boolean {
  return detectionName.test(token) || (/[A-Z]{2,4}$/.test(token) && detectionWord.test(after));
}

function isAmbiguous(name: string): boolean {
  return extensions.has(suffixOf(name)) || members.has(suffixOf(name));
}

/** www.evil.zip, evil.sh/x, evil.sh:8080; and where a member would be none: a-b.info, x.y.cc, one alone in its line. */
function standsAsAName(name: string, context: NameContext): boolean {
  const next = context.after.charAt(0);
  if (name.startsWith("www.") || next === "/" || /^:\d/.test(context.after)) return true;
  if (extensions.has(suffixOf(name))) return false;
  return name.includes("-") || isRented(name) || standsAlone(context);
}

/** Below a name whose public suffix is a provider's: `x.duckdns.org`, `host.myftp.name`. */
function isRented(name: string): boolean {
  return parse(name, { allowPrivateDomains: true }).isPrivate === true;
}

/** By itself in a line, a cell of a table or an item of a list. */
function standsAlone({ before, after }: NameContext): boolean {
  return /(?:^|\n|[|*•-] ?|`|[|] ?["'])$/.test(before) && /^(?:`|["']? ?(?:\||\r?\n|$))/.test(after);
}

/** A path, a variable's member, a call: C:\x\user.one, /opt/run.it, $m.name, [IO.File], x.run(, Foo.app/Contents. */
function isPathOrMember({ before, after }: NameContext): boolean {
  const uncPath = /(?:^|[^\\])\\\\$/.test(before);
  if (/[\\$[)\]]$/.test(before) && !uncPath) return true;
  return /(?:[^/]|^)\/$/.test(before) || after.startsWith("(") || after.startsWith("/Contents/");
}
