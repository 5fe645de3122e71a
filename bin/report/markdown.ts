/** A report as Markdown. Everything that came from the record is escaped: it is text, and draws nothing. */
import type { CaseReport } from "../../src/memory/case-report.ts";
import { sectionsOf, type Facts, type Line } from "./sections.ts";

export function markdownReport(report: CaseReport): string {
  const { title, facts, summary, timeline, approvals, indicators } = sectionsOf(report);
  const asked = approvals.flatMap((approval) => [
    "",
    `### ${escaped(approval.title)}`,
    "",
    ...factLines(approval.facts),
    ...(approval.evidence.length === 0
      ? []
      : ["", "Evidence:", "", ...approval.evidence.map((one) => `- ${escaped(one)}`)]),
    "",
    ...(approval.steps.length === 0 ? ["Nobody has answered."] : approval.steps.map(lineText)),
  ]);
  return [
    `# ${escaped(title)}`,
    "",
    ...factLines(facts),
    "",
    "## What happened",
    "",
    ...summary.map(lineText),
    "",
    "## Timeline",
    "",
    ...timeline.map(lineText),
    "",
    "## Approvals",
    ...(approvals.length === 0 ? ["", "Nobody was asked to approve anything."] : asked),
    "",
    "## Indicators",
    "",
    ...(indicators.length === 0 ? ["None."] : indicators.map((one) => `- ${escaped(one)}`)),
    "",
  ].join("\n");
}

const factLines = (facts: Facts): string[] =>
  facts.map(([name, value]) => `- **${name}:** ${escaped(value)}`);

function lineText({ time, text, cites }: Line): string {
  const at = time === undefined ? "" : `\`${time}\` `;
  return `- ${at}${escaped(text)}${cites.map((id) => ` \`${id}\``).join("")}`;
}

/** Every character that begins markup; at the start of a line there is always one of ours. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#+|~&$!]/g, (character) => `\\${character}`);
}
