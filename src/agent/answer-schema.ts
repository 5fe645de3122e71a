/** A role's answer as the model is told of it, and what is wrong with one, in words for the model. */
import { z } from "zod";

/** JSON schema, without `$schema`, which some servers' grammar compilers refuse. */
export function answerSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

export function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.map(String).join(".") || "answer"}: ${issue.message}`)
    .join("; ");
}
