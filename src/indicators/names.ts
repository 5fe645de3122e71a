/**
 * Is a dotted token in running text a domain name, or a file, a class of a program, a member of a variable? Half of
 * what looks like a name in a command line is none: `update.zip`, `System.IO`, `$m.name`, `\Users\user.one`.
 */
import { parse } from "tldts";

/** Top-level domains that in alerts are far more often file extensions or members: `x.zip`, `run.sh`, `$p.id`. */
const ambiguous: ReadonlySet<string> = new Set(
  "as bar bz cab cat cc id info la map md mm mov ms name pl pm properties prof ps pub py rs sc sh so st vi zip".split(
    " ",
  ),
);

/** Reserved by RFC 2606 and RFC 7686: no public suffix, but names all the same (samples and onion services). */
const reserved: ReadonlySet<string> = new Set(["example", "invalid", "onion", "test"]);

/** Programs' own namespaces whose second word happens to be a top-level domain. */
const namespaces = /^(?:system|windows|wscript|adodb|msxml2|shell|schedule|asp|io|net|text|web)\.[a-z]+$/;
const microsoftNamespace = /^microsoft\.(?!com$)[a-z0-9]+$/;

export interface NameContext {
  /** The character before, "" at the beginning; and the two before that. */
  readonly before: string;
  readonly after: string;
  /** It is a link's host or was written defanged: somebody meant a name. */
  readonly meant: boolean;
}

/** Whether `token` (refanged, any case) is a name on the Internet. */
export function isName(token: string, context: NameContext): boolean {
  const name = token.toLowerCase();
  if (!hasSuffix(name)) return false;
  return context.meant || !(isProgramText(name, context) || isPathOrMember(context));
}

function hasSuffix(name: string): boolean {
  const { isIcann, isIp, domain } = parse(name, { validateHostname: true });
  if (isIp === true || !name.includes(".")) return false;
  return isIcann === true ? domain !== null : reserved.has(suffixOf(name));
}

function suffixOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** System.IO, update.zip, run.sh; not www.evil.zip, evil.sh/x, evil.sh:8080. */
function isProgramText(name: string, { after }: NameContext): boolean {
  if (namespaces.test(name) || microsoftNamespace.test(name)) return true;
  return ambiguous.has(suffixOf(name)) && !name.startsWith("www.") && after !== ":" && after !== "/";
}

/** A path, a variable's member, a call: C:\x\user.one, /opt/run.it, $m.name, [IO.File], x.run( */
function isPathOrMember({ before, after }: NameContext): boolean {
  const uncPath = /(?:^|[^\\])\\\\$/.test(before);
  if (/[\\$[)\]]$/.test(before) && !uncPath) return true;
  return /(?:[^/]|^)\/$/.test(before) || after.startsWith("(");
}
