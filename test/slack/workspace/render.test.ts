import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, join } from "../../../slack/workspace/page/html.ts";
import { renderBlocks } from "../../../slack/workspace/page/render-blocks.ts";
import { renderMrkdwn, renderTyped } from "../../../slack/workspace/page/render-mrkdwn.ts";
import { hostile } from "./hostile.ts";

const drawing = {
  user: (id: string) => (id === "U0MIA" ? "Mia Lindqvist" : undefined),
  channel: (id: string) => (id === "C0OPS" ? "soc-ops" : undefined),
  group: (id: string) => (id === "S0IR" ? "ir-lead-oncall" : undefined),
  isMe: (id: string) => id === "S0IR",
  people: [{ id: "U0MIA", name: "Mia Lindqvist" }],
  file: () => undefined,
  values: {},
};
const mrkdwn = (text: string) => renderMrkdwn(drawing, text).toString();
const blocks = (...list: KnownBlock[]) =>
  renderBlocks(drawing, list).toString().replaceAll(/\s+/g, " ").replaceAll("> <", "><");
const link = (url: string, label: string) =>
  `<a href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>`;

/** The names of all tags, in order: what markup there is, whatever the text says. */
const tags = (text: string) => [...text.matchAll(/<(\/?[a-z0-9]+)/g)].map((match) => match[1]);

describe("markup is made by the html tag alone", () => {
  it("escapes every part, in text and in attributes", () => {
    expect(html`<p title="${`"'<&>`}">${`"'<&>`}</p>`.toString()).toBe(
      '<p title="&quot;&#39;&lt;&amp;&gt;">&quot;&#39;&lt;&amp;&gt;</p>',
    );
    expect(html`${[html`<b>${1}</b>`, "<i>"]}${undefined}${false}`.toString()).toBe("<b>1</b>&lt;i&gt;");
    expect(join([html`a`, html`b`], html`<br />`).toString()).toBe("a<br />b");
  });

  it("never lets any string become a tag or leave its attribute", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const made = html`<p title="${text}">${text}</p>`.toString();
        expect(tags(made)).toEqual(["p", "/p"]);
        expect(made.match(/"/g)).toHaveLength(2);
      }),
    );
  });
});

describe("mrkdwn", () => {
  it.each([
    ["*bold* _it_ ~no~ `code`", "<strong>bold</strong> <em>it</em> <s>no</s> <code>code</code>"],
    ["*a _b_ c*", "<strong>a <em>b</em> c</strong>"],
    ["snake_case_name 2*3*4 a~b~c", "snake_case_name 2*3*4 a~b~c"],
    ["`*not bold*`", "<code>*not bold*</code>"],
    ["```\nx = <y>\n```", "<pre>x = &lt;y&gt;\n</pre>"],
    ["a\nb", "a<br />b"],
    ["&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"],
    ["<https://a.example/x?a=1&amp;b=2|see>", link("https://a.example/x?a=1&amp;b=2", "see")],
    ["<https://a.example>", link("https://a.example", "https://a.example")],
    ["<javascript:alert(1)|see>", "&lt;javascript:alert(1)|see&gt;"],
    ["<@U0MIA>", '<span class="mention">@Mia Lindqvist</span>'],
    ["<@U0NOBODY|x>", '<span class="mention">@U0NOBODY</span>'],
    ["<!subteam^S0IR>", '<span class="mention mine">@ir-lead-oncall</span>'],
    ["<#C0OPS|whatever>", '<span class="mention">#soc-ops</span>'],
    ["<!channel>", '<span class="mention mine">@channel</span>'],
    ["<!nonsense>", "&lt;!nonsense&gt;"],
    [
      "<!date^1767225600^{date} at {time}|new year>",
      '<time datetime="2026-01-01T00:00:00.000Z" data-format="{date} at {time}">new year</time>',
    ],
    ["<!date^never^{date}|x>", "&lt;!date^never^{date}|x&gt;"],
    ["&gt; quoted\nnot", "<blockquote>quoted</blockquote>not"],
    [":warning: :nonsense:", "⚠️ :nonsense:"],
    [":constructor:", ":constructor:"],
  ])("%j", (text, expected) => {
    expect(mrkdwn(text)).toBe(expected);
  });

  it("makes no tag but its own of any text whatever", () => {
    const allowed = /^\/?(strong|em|s|code|pre|br|a|span|time|blockquote)$/;
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            "*",
            "_",
            "~",
            "`",
            "<",
            ">",
            "&",
            "|",
            "@",
            "#",
            "!",
            "^",
            "/",
            ":",
            '"',
            "a",
            "\n",
            " ",
            "U0MIA",
            "https://x.y",
          ),
        }),
        (text) => {
          for (const tag of tags(mrkdwn(text))) expect(tag).toMatch(allowed);
        },
      ),
    );
  });

  it("reads what people type as text with mentions and nothing else", () => {
    const typed = renderTyped(drawing, "*x* <https://e.example|ok> <@U0MIA> &lt;b&gt;\n`c`").toString();
    expect(typed).toBe(
      '*x* &lt;https://e.example|ok&gt; <span class="mention">@Mia Lindqvist</span> &lt;b&gt;<br />`c`',
    );
  });
});

describe("blocks", () => {
  it("draws a case's finding as it is meant to read", () => {
    const drawn = blocks({
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "Why ", style: { bold: true } },
            { type: "text", text: "-enc JAB", style: { code: true } },
            { type: "usergroup", usergroup_id: "S0IR" },
            { type: "emoji", name: "warning" },
            { type: "date", timestamp: 1767225600, format: "{time}", fallback: "00:00" },
          ],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "step" }] }],
        },
        { type: "rich_text_quote", elements: [{ type: "text", text: "said" }] },
      ],
    });
    expect(drawn).toBe(
      '<div class="rich"><p><strong>Why </strong><code>-enc JAB</code>' +
        '<span class="mention mine">@ir-lead-oncall</span>⚠️' +
        '<time datetime="2026-01-01T00:00:00.000Z" data-format="{time}">00:00</time></p>' +
        '<ol class="indent-0" start="1"><li>step</li></ol>' +
        "<blockquote>said</blockquote></div>",
    );
  });

  it("draws a button with its ids, and a url button as a link that still presses", () => {
    const drawn = blocks({
      type: "actions",
      block_id: "gate",
      elements: [
        { type: "button", action_id: "go", style: "danger", text: { type: "plain_text", text: "Go & <b>" } },
        {
          type: "button",
          action_id: "out",
          url: "https://a.example/?a=1&b=2",
          text: { type: "plain_text", text: "Out" },
        },
      ],
    });
    expect(drawn).toContain('data-block="gate" data-action="go"');
    expect(drawn).toMatch(
      /<button type="button" class="button danger" data-press ?>Go &amp; &lt;b&gt;<\/button/,
    );
    expect(drawn).toContain('href="https://a.example/?a=1&amp;b=2"');
  });

  it("draws fields, tables and pictures, but fetches no picture from elsewhere", () => {
    const text = { type: "mrkdwn" as const, text: "*Host*\nFIN-WS-042" };
    expect(blocks({ type: "section", fields: [text] })).toContain("<strong>Host</strong><br />FIN-WS-042");
    const cell = (words: string) => ({ type: "raw_text" as const, text: words });
    const table = blocks({
      type: "table",
      rows: [
        [cell("Campaign"), cell("*n*")],
        [cell("<b>"), cell("3")],
      ],
    });
    expect(table).toContain('<th scope="col" class="left">Campaign</th>');
    expect(table).toContain('<td class="left">&lt;b&gt;</td>');
    const image = blocks({
      type: "image",
      image_url: "https://evil.example/beacon.png",
      alt_text: "a beacon",
    });
    expect(image).toContain("[picture: a beacon]");
    expect(image).not.toContain("evil.example");
  });

  it("throws on what it does not know, however deep it stands", () => {
    expect(() => renderBlocks(drawing, [{ type: "marquee" }])).toThrow("No matching discriminator");
    expect(() => renderBlocks(drawing, [{ type: "divider", onclick: "x" }])).toThrow("onclick");
    const strange = {
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements: [{ type: "colour" }] }],
    };
    expect(() => renderBlocks(drawing, [strange])).toThrow("type");
  });

  it.each(hostile)("shows hostile text as text, wherever it stands: %j", (text) => {
    const plain = { type: "plain_text" as const, text: text.slice(0, 75) };
    const harmless = { type: "plain_text" as const, text: "harmless" };
    const around = (words: typeof plain) =>
      blocks(
        { type: "header", text: words },
        { type: "section", text: words, fields: [words] },
        { type: "context", elements: [words] },
        {
          type: "actions",
          block_id: "b",
          elements: [{ type: "button", action_id: "a", value: words.text, text: words }],
        },
        { type: "table", rows: [[{ type: "raw_text", text: words.text }]] },
        {
          type: "rich_text",
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: words.text }] }],
        },
        {
          type: "rich_text",
          elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text: words.text }] }],
        },
      );
    const breaks = (drawn: string) => tags(drawn).filter((tag) => tag !== "br");
    expect(breaks(around(plain))).toEqual(breaks(around(harmless)));
  });
});
