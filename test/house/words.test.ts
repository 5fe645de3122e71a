/** Words stand in slack/words; whatever else Slack reads is made by slack/text.ts and slack/rich.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../slack");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("workspace/"))
  .sort();
/** What these say, whoever runs hatrack reads in a terminal or a log; and the texts of `slack_limit`. */
const elsewhere = ["check-up.ts", "sockets.ts", "limits.ts"];
const wordless = files.filter((name) => !name.startsWith("words/") && !elsewhere.includes(name));
const makers = ["text.ts", "rich.ts"];

type Found = (node: ts.Node) => string | undefined;

function foundIn(name: string, look: Found, source = readFileSync(join(root, name), "utf8")): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const all: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = look(node);
    if (what !== undefined)
      all.push(`${name}:${file.getLineAndCharacterOfPosition(node.pos).line + 1} ${what}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return all;
}

/** The literal text of a string or template, its values as "…". */
function literal(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("…");
}

const tags = new Set(["ours", "fallback", "mrkdwn", "markup"]);

/** Diagnostics, errors, and why a delivery was left out or is tried again later: for whoever runs hatrack. */
const forOperators = /diagnostics\.(debug|info|warn|error)$|^(HatrackError|Error|SlackDown|super|skip|stop)$/;

function isForOperators(node: ts.Node): boolean {
  if (ts.isSourceFile(node) || ts.isFunctionLike(node)) return false;
  const called = ts.isNewExpression(node) || ts.isCallExpression(node) ? node.expression.getText() : "";
  return forOperators.test(called) || isForOperators(node.parent);
}

/** A word under a tag of ours; elsewhere three words, or one that ends like a sentence. */
const sentence: Found = (node) => {
  const text = literal(node);
  if (text === undefined || ts.isImportDeclaration(node.parent) || ts.isLiteralTypeNode(node.parent))
    return undefined;
  const tagged =
    ts.isTaggedTemplateExpression(node.parent) &&
    ts.isIdentifier(node.parent.tag) &&
    tags.has(node.parent.tag.text);
  if (isForOperators(node)) return undefined;
  const isSentence = /\p{L}+\s+\p{L}+\s+\p{L}+|\p{L}{2,}[.!?]$/u.test(text);
  return (tagged && /\p{L}/u.test(text)) || isSentence ? JSON.stringify(text) : undefined;
};

const parsed = new Set([
  "mrkdwn",
  "plain_text",
  "raw_text",
  "text",
  "link",
  "markdown",
  "emoji",
  "broadcast",
  "usergroup",
]);

/** A text object made by hand: whoever makes one may put anything into it. */
const byHand: Found = (node) => {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== "type") return undefined;
  const type = literal(node.initializer);
  return type !== undefined && parsed.has(type) ? `type: ${type}` : undefined;
};

/** A brand given by hand, or markup out of a string. */
const branded: Found = (node) => {
  if (ts.isAsExpression(node) && /\b(Untrusted|Ours|Shown)\b/.test(node.type.getText()))
    return node.getText();
  return ts.isNewExpression(node) && node.expression.getText() === "Markup" ? node.getText() : undefined;
};

/** Names of what soc.yaml, policy, closed lists and ids of ours say, and numbers: nobody outside writes those. */
const trusted =
  /[tT]itle|role|[cC]ode|sev$|toFixed|verdict|type|^arm$|usage|^group$|^fate$|^what$|tuningId|^day$|parts|words|recall\.why|sha256|label|n === 1/;

const vouched: Found = (node) => {
  if (!ts.isCallExpression(node) || node.expression.getText() !== "configured") return undefined;
  const given = node.arguments.map((one) => one.getText()).join(", ");
  return trusted.test(given) ? undefined : given;
};

const all = (names: readonly string[], look: Found): string[] => names.flatMap((name) => foundIn(name, look));

describe("the words of Slack", () => {
  it("stand in slack/words, and nowhere else", () => {
    expect(wordless.length).toBeGreaterThan(100);
    expect(all(wordless, sentence)).toEqual([]);
  });

  it("reach a block through slack/text.ts alone: nobody else brands, marks up or builds a text object", () => {
    const others = files.filter((name) => !makers.includes(name));
    expect(all(others, branded)).toEqual([]);
    expect(all(others, byHand)).toEqual([]);
    expect(all(others, vouched)).toEqual([]);
  });

  it("are found where somebody plants them", () => {
    const planted = [
      "const a = ours`Nobody answered`;",
      'diagnostics.warn({}, "slack: nobody has answered");',
      'tell("Nobody has answered");',
      'const b = { type: "mrkdwn", text: alert.title };',
      "const c = alert.title as Untrusted as Shown;",
      "const d = new Markup(alert.title);",
      "const e = configured(alert.host);",
    ].join("\n");
    const found = [sentence, byHand, branded, vouched].map(
      (look) => foundIn("planted.ts", look, planted).length,
    );
    expect(found).toEqual([2, 1, 3, 1]);
  });
});
