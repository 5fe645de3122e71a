/** Pictures: the same one twice, inert whatever stands in a name, and readable as a PNG. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barsChart } from "../../vendors/charts/bars.ts";
import type { CampaignGraph } from "../../src/seams/pictures.ts";
import { campaignChart } from "../../vendors/charts/campaign.ts";
import { curvesChart } from "../../vendors/charts/curves.ts";
import { drawSvg, type Chart } from "../../vendors/charts/draw.ts";
import { fit, label, valueLabel, widthOf } from "../../vendors/charts/label.ts";
import { svgToPng } from "../../vendors/charts/png.ts";

const ids = ["CASE-AAAAAAAAAA", "CASE-BBBBBBBBBB", "CASE-CCCCCCCCCC"];
const look = { theme: "light", alt: "three cases" } as const;

function campaign(about = "FIN-WS-042", value = "evil.example"): CampaignGraph {
  return {
    cases: ids.map((caseId, at) => ({ caseId, about, verdict: "true_positive", isNew: at === 2 })),
    total: 3,
    joins: [{ type: "domain", value, cases: 3, caseIds: ids }],
  };
}

function bars(name: string): Chart {
  const parts = [{ name, colour: "blue" }] as const;
  return barsChart({ parts, rows: [{ name, counts: [3], note: name }] }, look);
}

function curves(name: string): Chart {
  const points = [{ rate: 0.5, low: 0.3, high: 0.7 }, null, { rate: 1 }];
  return curvesChart({ categories: [name, "b", "c"], lines: [{ name, colour: "blue", points }] }, look);
}

/** What stands in the elements of an SVG as text, read as a browser would. */
function textsOf(svg: string): string[] {
  const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };
  return [...svg.matchAll(/<text[^<>]*>([^<]*)<\/text>/g)].map(([, text = ""]) =>
    text.replaceAll(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => entities[name] ?? ""),
  );
}

function tagsOf(svg: string): Set<string> {
  return new Set([...svg.matchAll(/<\/?([a-z]+)/gi)].map(([, tag = ""]) => tag));
}

describe("a chart", () => {
  it("is the same bytes each time, whatever was drawn in between", async () => {
    const first = await drawSvg(campaignChart(campaign(), look));
    const curve = await drawSvg(curves("a"));
    await drawSvg(bars("a"));
    expect(await drawSvg(campaignChart(campaign(), look))).toBe(first);
    expect(await drawSvg(curves("a"))).toBe(curve);
  });

  it("names its parts by its content, so that two can stand in one page", async () => {
    const idsOf = (svg: string): string[] => [...svg.matchAll(/id="([^"]+)"/g)].map(([, id = ""]) => id);
    const [one, other] = [await drawSvg(curves("a")), await drawSvg(curves("b"))];
    expect(idsOf(one)).not.toHaveLength(0);
    expect(idsOf(other).filter((id) => idsOf(one).includes(id))).toEqual([]);
    for (const id of idsOf(one)) expect(one).toContain(`url(#${id})`);
  });

  it("needs no style sheet, style attribute or script, and says in words what it shows", async () => {
    for (const chart of [campaignChart(campaign(), look), bars("a"), curves("a")]) {
      const svg = await drawSvg({ ...chart, alt: 'a "b" <c>' });
      expect(svg).not.toMatch(/<style|<script| style=| class=| on\w+=|<a |<image|href/);
      expect(svg).toMatch(/^<svg role="img" aria-label="a &quot;b&quot; &lt;c&gt;" /);
    }
  });

  it.each([{ width: 0 }, { height: 4001 }, { width: 10.5 }])("refuses the size %o", async (size) => {
    await expect(drawSvg({ ...bars("a"), ...size })).rejects.toMatchObject({ code: "bad_chart" });
  });

  it("keeps any text a text: no markup, no template, nothing unseen, nothing live", async () => {
    const usual = tagsOf(await drawSvg(campaignChart(campaign("a", "b"), look)));
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        '"><script>alert(1)</script>',
        "]]></style><image href='http://evil.example/x'/>",
        "{a|b}{b}{@[0]}\n{c}",
        "http://evil.example/a",
        "\u202Eexe.gpj",
      ),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const svg = await drawSvg(campaignChart(campaign(text, text), look));
        expect(tagsOf(svg)).toEqual(usual);
        expect(svg).not.toMatch(/http:\/\/evil|evil\.example/);
        for (const shown of textsOf(svg)) expect(shown).toMatch(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u);
      }),
      { numRuns: 15 },
    );
  });

  it("shows the text of a name as it stands, braces and all", async () => {
    expect(textsOf(await drawSvg(bars("{a|<b>} & c")))).toContain("{a|<b>} & c");
    expect(textsOf(await drawSvg(curves("{value}")))).toContain("{value}");
  });
});

describe("a campaign's graph", () => {
  it("draws a line for each case that holds an indicator", async () => {
    const svg = await drawSvg(campaignChart(campaign(), look));
    expect(svg.match(/stroke-opacity="0\.75"/g)).toHaveLength(3);
    expect(textsOf(svg)).toEqual([
      ...["3 cases", "joined by"],
      ...ids.slice(0, 2).flatMap((id) => [id, "FIN-WS-042 · true positive"]),
      ...[ids[2], "FIN-WS-042 · true positive", "new"],
      ...["evil[.]example", "domain · 3 cases"],
    ]);
  });

  it("draws the new cases and the latest, and says how many are not drawn", async () => {
    const many = Array.from({ length: 30 }, (_, at) => `CASE-${String(at).padStart(10, "0")}`);
    const cases = many.map((caseId, at) => ({ caseId, isNew: at === 0 }));
    const joins = many.map((caseId) => ({ type: "ipv4", value: "192.0.2.1", cases: 1, caseIds: [caseId] }));
    const texts = textsOf(await drawSvg(campaignChart({ cases, joins, total: 700 }, look)));
    expect(texts.filter((text) => text.startsWith("CASE-"))).toEqual([many[0], ...many.slice(-8)]);
    expect(texts).toContain("700 cases");
    expect(texts.at(-1)).toBe("and 691 more cases and 22 more indicators, not drawn");
  });

  it("says so where a person's word joins the cases", async () => {
    const joins = [{ type: "person", value: "", cases: 3, caseIds: ids }];
    const texts = textsOf(await drawSvg(campaignChart({ ...campaign(), joins }, look)));
    expect(texts).toContain("linked by a person");
  });
});

describe("a label", () => {
  it("fits its room and keeps the end of a name", () => {
    const name = "a-long-name-of-some-sub-domain.evil.example";
    const short = fit(name, 120, 13);
    expect(widthOf(short, 13)).toBeLessThanOrEqual(120);
    expect(short).toMatch(/^a-.*….*mple$/);
    expect(fit("short", 120, 13)).toBe("short");
    for (let room = 40; room < 160; room += 1) {
      const left = fit("cdn-telemetry[.]example", room, 13).replaceAll("[.]", "");
      expect(left).not.toMatch(/[[\]]/);
    }
    const long = `${"a".repeat(100_000)}.example`;
    expect(fit(long, 120, 13)).toBe(fit(`${"a".repeat(200)}.example`, 120, 13));
  });

  it("is defanged", () => {
    expect(label("see http://evil.example/a\nnow")).toBe("see hxxp://evil[.]example/a now");
    expect(valueLabel({ type: "ipv4", value: "203.0.113.7" })).toBe("203[.]0[.]113[.]7");
  });
});

describe("a PNG", () => {
  const sizeOf = (png: Uint8Array): [number, number] => {
    const view = new DataView(png.buffer, png.byteOffset);
    return [view.getUint32(16), view.getUint32(20)];
  };

  it("has the picture's shape, text drawn with our own fonts, and the same bytes each time", async () => {
    const svg = await drawSvg(bars("Encoded PowerShell"));
    const png = await svgToPng(svg, 960);
    expect([...png.subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
    const { width, height } = bars("a");
    expect(sizeOf(png)).toEqual([960, Math.round((960 / width) * height)]);
    expect(Buffer.from(await svgToPng(svg, 960)).equals(png)).toBe(true);
    const blank = await svgToPng(svg.replaceAll(/<text.*?<\/text>/gs, ""), 960);
    expect(png.length).toBeGreaterThan(blank.length + 1000);
  });

  it("shows what no font of ours draws as a sign, not as nothing", async () => {
    const [drawn, sign] = [await drawSvg(bars("漢字")), await drawSvg(bars("\uFFFD\uFFFD"))];
    const texts = (svg: string): string => svg.replaceAll(/ aria-label="[^"]*"/g, "");
    const [one, other] = [await svgToPng(texts(drawn), 480), await svgToPng(texts(sign), 480)];
    expect(one.length).toBeGreaterThan(0);
    expect(Buffer.from(one).equals(other)).toBe(true);
  });
});
