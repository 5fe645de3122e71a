/** Words a zod issue the way Slack words a fault in blocks: `[ERROR] reason [json-pointer:/blocks/0/text]`. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

function unit(origin: string): string {
  if (origin === "string") return "characters";
  return origin === "array" ? "items" : "";
}

function wordBig(issue: Issue & { code: "too_big" }): string {
  if (issue.origin === "array") return `no more than ${String(issue.maximum)} items allowed`;
  const limit = typeof issue.maximum === "number" ? issue.maximum + 1 : issue.maximum;
  return `must be less than ${String(limit)} ${unit(issue.origin)}`.trim();
}

function wordSmall(issue: Issue & { code: "too_small" }): string {
  if (issue.origin === "array") return `no less than ${String(issue.minimum)} items allowed`;
  const limit = typeof issue.minimum === "number" ? issue.minimum - 1 : issue.minimum;
  return `must be more than ${String(limit)} ${unit(issue.origin)}`.trim();
}

function missing(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined");
}

function reason(issue: Issue): string {
  if (issue.code === "too_big") return wordBig(issue);
  if (issue.code === "too_small") return wordSmall(issue);
  if (issue.code === "unrecognized_keys") return `invalid additional property: ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_union")
    return issue.path.at(-1) === "type" ? "unsupported type" : "failed to match all allowed schemas";
  if (issue.code === "invalid_type")
    return missing(issue)
      ? `missing required field: ${String(issue.path.at(-1))}`
      : issue.message.toLowerCase();
  return issue.message;
}

/** `path` is where the value that was checked stands, for example `["blocks"]`. */
export function slackFaults(error: z.ZodError, path: readonly (string | number)[]): string[] {
  return error.issues.map((issue) => {
    const whole = [...path, ...issue.path];
    if (missing(issue)) whole.pop();
    return `[ERROR] ${reason(issue)} [json-pointer:${whole.map((step) => `/${String(step)}`).join("")}]`;
  });
}
