import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  caseRef,
  clip,
  configured,
  fallback,
  groupMention,
  mrkdwn,
  ours,
  plain,
  untrusted,
  userMention,
  visible,
} from "../../slack/text.ts";

const Line = z.object({ id: z.string(), text: z.string() });
const hostile = readFileSync(new URL("../../fixtures/injections.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => Line.parse(JSON.parse(line)));

describe("text from outside", () => {
  it("shows control, bidirectional, zero-width and tag characters instead of obeying them", () => {
    expect(visible("a\u001b[31mb", false)).toBe("a␛[31mb");
    expect(visible("exe\u202Egpj.doc", false)).toBe("exe⟦U+202E⟧gpj.doc");
    expect(visible("ap\u200Bprove", false)).toBe("ap⟦U+200B⟧prove");
    expect(visible("a\u{E0041}b\u2028c", false)).toBe("a⟦U+E0041⟧b⟦U+2028⟧c");
    expect(visible("two\nlines", false)).toBe("two␊lines");
    expect(visible("two\nlines", true)).toBe("two\nlines");
    expect(visible("a\n\n\n\n\n\nb", true)).toBe("a\n␊×4\nb");
    expect(visible(" \u3164 ", false)).toBe(" ⟦U+3164⟧ ");
    expect(visible("   ", false)).toBe("⟦nothing⟧");
    expect(visible("Zoë Müller 東京", false)).toBe("Zoë Müller 東京");
  });

  it("defangs a link to a name of one label, and one in another spelling", () => {
    expect(untrusted("http://payload/x HTTPS://intranet ftp://nas/")).toBe(
      "hxxp://payload/x HXXPS://intranet fxp://nas/",
    );
  });

  it("defangs what a reader's program could turn into a link", () => {
    expect(untrusted("GET https://evil.example/a from 203.0.113.7")).toBe(
      "GET hxxps://evil[.]example/a from 203[.]0[.]113[.]7",
    );
  });

  it("says how much it left out and names the whole by its hash", () => {
    const long = "x".repeat(300);
    const shown = clip(long, 100);
    expect(shown).toHaveLength(100);
    expect(shown).toMatch(/^x+ … \d+ more characters, sha256 [0-9a-f]{12}$/);
    const kept = shown.indexOf(" …");
    expect(shown).toContain(`${300 - kept} more`);
    expect(clip("short", 100)).toBe("short");
  });

  it("never grows past what it was given, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.integer({ min: 60, max: 200 }),
        (text, max) => {
          const shown = untrusted(text, { max });
          expect(shown.length).toBeLessThanOrEqual(max);
          expect(shown.length).toBeGreaterThan(0);
          expect(shown.isWellFormed()).toBe(true);
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        },
      ),
    );
  });

  it.each(hostile)("leaves nothing unseen of $id", ({ text }) => {
    const shown = untrusted(text, { max: 3000 });
    expect(shown).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(plain(shown)).toEqual({ type: "plain_text", text: shown, emoji: false });
  });
});

describe("mrkdwn", () => {
  it("escapes every value that is not markup of ours", () => {
    const title = configured("<!channel> & <https://evil.example|Approve>");
    expect(mrkdwn`*${title}* ${groupMention("S0IRLEAD")} ${3}`).toEqual({
      type: "mrkdwn",
      text: "*&lt;!channel&gt; &amp; &lt;https://evil.example|Approve&gt;* <!subteam^S0IRLEAD> 3",
      verbatim: true,
    });
    expect(fallback`${configured("<!here>")}`).toBe("&lt;!here&gt;");
  });

  it("takes no text from outside: the compiler refuses it", () => {
    const text = untrusted("*bold*");
    // @ts-expect-error an Untrusted is no Ours
    expect(mrkdwn`${text}`.type).toBe("mrkdwn");
    // @ts-expect-error a plain string is neither
    expect(mrkdwn`${["x"].join("")}`.type).toBe("mrkdwn");
    // @ts-expect-error nor does the text that notifications read
    expect(fallback`${text}`).toBe("*bold*");
    // @ts-expect-error nor our own words
    expect(ours`${text}`).toBe("*bold*");
  });

  it("makes mentions of ids alone", () => {
    expect(() => groupMention("channel")).toThrow('"channel" is not the id of a user group');
    expect(() => userMention("U1> <!channel")).toThrow("is not the id of a user");
    expect(() => caseRef("CASE-*bold*")).toThrow("is not a case id");
  });
});
