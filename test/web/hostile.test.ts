import { describe, expect, it } from "vitest";
import { z } from "zod";
import { campaignsPage } from "../../web/pages/campaigns.ts";
import { shell } from "../../web/pages/shell.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { makeCard } from "./cards.ts";
import { ask, givenDashboard, theCase } from "./given.ts";
import { caseEventsOf } from "./hostile-case.ts";

const paths = [
  "/proof",
  "/follow",
  `/follow/${theCase}`,
  `/follow/${theCase}?step=3`,
  "/floor",
  "/follow?q=SAID",
];

/** A log, a scorecard and a query in which every field that holds outside text holds this one. */
async function pagesSaying(text: string): Promise<string[]> {
  const file = { name: text.replaceAll(/[/\0]/g, ""), shipped: false, writtenAt: 0 };
  const card = makeCard({ tickets: 12, text, model: text.slice(0, 200) });
  const given = await givenDashboard({
    events: caseEventsOf(text),
    about: text,
    shelf: [
      { ...file, card, ranAt: 0 },
      { ...file, name: "broken.json", problem: text },
    ],
  });
  try {
    const bodies = [campaignPage(text)];
    for (const path of paths.map((one) => one.replace("SAID", encodeURIComponent(text)))) {
      const { status, body } = await ask(given.url, path);
      expect([path, status]).toEqual([path, 200]);
      bodies.push(body);
    }
    return bodies;
  } finally {
    await given.close();
  }
}

function campaignPage(text: string): string {
  const line = {
    ...{ caseId: theCase, openedAt: 0, title: text, rule: text, host: text, user: text, severity: undefined },
    ...{ sev: undefined, opinions: {}, closed: false, with: [], asked: [], undone: [], failed: [] },
  };
  const join = { type: "domain", value: text, cases: 3, caseIds: [theCase] };
  const campaign = {
    id: "CAMPAIGN-7K3F9QWM2T",
    cases: [{ caseId: theCase, line, verdict: "suspicious" as const }],
    joins: [join],
    actors: [text],
    first: 0,
    last: 0,
  };
  const page = campaignsPage({ days: 14, asOf: 0, campaigns: [campaign], cases: 3 }, undefined);
  return shell(page, {
    about: text,
    here: `/campaigns?id=${encodeURIComponent(text)}`,
    notice: undefined,
  }).toString();
}

/** The markup alone: tags, their attributes' names, and where links and pictures lead. */
function skeleton(page: string): string[] {
  return [...page.matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag
      .replaceAll(/\s+/g, " ")
      .replaceAll(/(href|srcset|src)="([^"?]*)[^"]*"/g, "$1=$2")
      .replaceAll(/="[^"]*"/g, "=…"),
  );
}

const Injection = z.object({ text: z.string() });
const injections = fixtureLines("injections.jsonl").map((line) => Injection.parse(line).text);
const markup = [
  `"><script>window.hit = 1</script>`,
  `' onmouseover='alert(1)`,
  `</title></textarea></style><img src=x onerror=alert(1)>`,
  `<a href="https://evil.example/">click</a> javascript:alert(1) https://evil.example/a?b=c#d`,
  "{{7*7}} ${7*7} <%= 7 %> &lt;b&gt; &#60;script&#62; -->",
  "\u202e\u2066gnp.exe\u0000\u0007\u001b[31m\u200b seen",
];
const unseen = /[\u202a-\u202e\u2066-\u2069\u200b\u0000\u0007\u001b]/;

describe("whatever outside text says", () => {
  it("makes no markup, no link and no attribute on any page", { timeout: 60_000 }, async () => {
    const plain = (await pagesSaying("harmless")).map(skeleton);
    for (const text of [...markup, ...injections.filter((_, at) => at % 20 === 7)]) {
      const said = await pagesSaying(text);
      expect(said.map(skeleton)).toEqual(plain);
      for (const page of said) expect(page).not.toMatch(unseen);
    }
  });
});
