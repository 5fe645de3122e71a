/**
 * What an encoded command line says, layer by layer: PowerShell's -EncodedCommand in all its abbreviations,
 * FromBase64String, bare Base64, gzip and deflate inside it, UTF-16LE or UTF-8, byte arrays. It reads and never runs
 * anything; each step has a limit, because what it reads is the attacker's.
 */
import { constants, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

export interface Layer {
  /** "base64, utf-16le", "base64, gzip, utf-8", "base64, binary". */
  readonly encoding: string;
  /** Where it stood: "-enc argument", "FromBase64String", "base64 text", "byte array". */
  readonly from: string;
  /** The layer it was found in; 0 is the command line itself. */
  readonly within: number;
  /** The decoded text; of binary data its printable strings. */
  readonly text: string;
  /** Characters of `text` that were left off. */
  readonly omitted: number;
}

export interface DecodeLimits {
  /** Layers in all. */
  readonly layers: number;
  /** Characters of each layer's text. */
  readonly characters: number;
}
export const defaultLimits: DecodeLimits = { layers: 8, characters: 16_000 };

/** Bytes a compressed layer may unpack to. */
const maxUnpacked = 1_000_000;
const maxInput = 256_000;

interface Candidate {
  readonly from: string;
  readonly encoded: string;
  readonly deflate: boolean;
}

/** The layers under `commandLine`, outer ones first; none when nothing in it is encoded. */
export function decodeLayers(commandLine: string, limits: DecodeLimits = defaultLimits): Layer[] {
  const layers: Layer[] = [];
  const texts = [commandLine.slice(0, maxInput)];
  const seen = new Set<string>();
  for (let within = 0; within < texts.length; within++) {
    for (const candidate of candidates(texts[within] ?? "")) {
      if (layers.length >= limits.layers) return layers;
      if (seen.has(candidate.encoded)) continue;
      seen.add(candidate.encoded);
      const decoded = decode(candidate);
      if (decoded === undefined) continue;
      const { encoding, text } = decoded;
      const kept = text.slice(0, limits.characters);
      layers.push({ encoding, from: candidate.from, within, text: kept, omitted: text.length - kept.length });
      texts.push(text.slice(0, maxInput));
    }
  }
  return layers;
}

/** A dash of any kind or a slash, letters that may be broken up by ^ or `, then the argument. */
const flagged =
  /(?:^|[\s"'(,])[-/\u2013\u2014\u2015]([a-z^`]{1,40})["']?[\s:=]+["']?([a-z0-9+/]{8,}={0,2})/gi;
const called = /FromBase64String\(\s*(?:\(\s*)?['"]{1,4}([a-z0-9+/\s]{8,}={0,2})/gi;
const bare = /(?<![a-z0-9+/=\\.-])[a-z0-9+/]{40,}={0,2}(?![a-z0-9+/=])/gi;
const byteArray = /(?<![\w,])(?:0x[0-9a-f]{1,2}\s?,\s?){15,}0x[0-9a-f]{1,2}/gi;

function candidates(text: string): Candidate[] {
  const deflate = /DeflateStream/i.test(text);
  const of = (from: string, encoded: string): Candidate => ({ from, encoded, deflate });
  const arguments_ = [...text.matchAll(flagged)]
    .filter((match) => isEncodedCommand(match[1] ?? ""))
    .map((match) => of("-enc argument", match[2] ?? ""));
  const calls = [...text.matchAll(called)].map((match) =>
    of("FromBase64String", (match[1] ?? "").replace(/\s/g, "")),
  );
  const words = [...text.matchAll(bare)].map((match) => of("base64 text", match[0]));
  const arrays = [...text.matchAll(byteArray)].map((match) => of("byte array", match[0]));
  return [...arguments_, ...calls, ...words, ...arrays];
}

/** PowerShell takes any beginning of -EncodedCommand, and -ec. */
function isEncodedCommand(flag: string): boolean {
  const letters = flag.replace(/[\^`]/g, "").toLowerCase();
  return letters === "ec" || (letters !== "" && "encodedcommand".startsWith(letters));
}

function decode({ encoded, from, deflate }: Candidate): { encoding: string; text: string } | undefined {
  if (from === "byte array") return decodeArray(encoded);
  const bytes = Buffer.from(encoded, "base64");
  const [packing, plain] = unpack(bytes, deflate && from === "FromBase64String");
  const prefix = packing === undefined ? "base64" : `base64, ${packing}`;
  const read = readText(plain);
  if (read !== undefined) return { encoding: `${prefix}, ${read.encoding}`, text: read.text };
  // A long word of plain text is Base64 too; only what was meant as such is shown as binary.
  if (from === "base64 text" && packing === undefined) return undefined;
  return { encoding: `${prefix}, binary`, text: printableStrings(plain) };
}

/** Shellcode: code has no text, the host and path it calls do. */
function decodeArray(list: string): { encoding: string; text: string } | undefined {
  const bytes = Buffer.from(list.split(",").map((each) => Number.parseInt(each.trim().slice(2), 16)));
  const text = printableStrings(bytes);
  return text === "" ? undefined : { encoding: "byte array, binary", text };
}

function unpack(bytes: Buffer, mayBeRaw: boolean): [string | undefined, Buffer] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return ["gzip", unpacked(gunzipSync, bytes)];
  if (bytes[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(bytes[1] ?? -1)) {
    return ["deflate", unpacked(inflateSync, bytes)];
  }
  const raw = mayBeRaw ? unpacked(inflateRawSync, bytes) : Buffer.alloc(0);
  return raw.length > 0 ? ["deflate", raw] : [undefined, bytes];
}

/** What could be unpacked: sensors cut command lines, so an early end is no fault. Empty when nothing could. */
function unpacked(by: typeof gunzipSync, bytes: Buffer): Buffer {
  try {
    return by(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxUnpacked });
  } catch {
    return Buffer.alloc(0);
  }
}

function readText(bytes: Buffer): { encoding: string; text: string } | undefined {
  if (bytes.length < 4) return undefined;
  const wide = bytes.subarray(0, 4096).filter((byte, i) => i % 2 === 1 && byte === 0).length;
  if (wide > Math.min(bytes.length, 4096) * 0.4) {
    const text = bytes.toString("utf16le").replace(/^\ufeff/, "");
    return isReadable(text) ? { encoding: "utf-16le", text } : undefined;
  }
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  return isReadable(text) ? { encoding: "utf-8", text } : undefined;
}

/** Nine in ten characters of a text's beginning are printable; a cut-off end may be broken. */
function isReadable(text: string): boolean {
  const sample = text.slice(0, 2000);
  const odd =
    sample.match(/[^\t\n\r\x20-\x7e\u00a0-\u024f\u0370-\u04ff\u2010-\u206f\u3040-\u9fff]/g)?.length ?? 0;
  return odd <= sample.length * 0.1;
}

/** Runs of six or more printable characters, ASCII or wide, at most 100. */
function printableStrings(bytes: Buffer): string {
  const runs = bytes.toString("latin1").match(/[\x20-\x7e]{6,}|(?:[\x20-\x7e]\x00){6,}/g) ?? [];
  return runs
    .slice(0, 100)
    .map((run) => run.replaceAll("\0", ""))
    .join("\n");
}
