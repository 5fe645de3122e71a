/** Look-ups that others keep, on servers of theirs: what there is of them may change while roles are at work. */
import type { StructuredToolInterface } from "@langchain/core/tools";

export interface ForeignTool {
  /** Described in our words alone; every failure it tells is worded by us. */
  readonly tool: StructuredToolInterface;
  /** Who keeps it, as `role.worked` has it. */
  readonly server: string;
  readonly version: string;
  /** What its maker says of it and of its parameters: untrusted, shown as data and nowhere else. "": nothing. */
  readonly says: string;
}

export interface ForeignTools {
  /** What this role may use at this moment: the same array for as long as nothing has changed. */
  of(role: string): readonly ForeignTool[];
}

/** Several as one. */
export function foreignTools(all: readonly ForeignTools[]): ForeignTools {
  const made = new Map<
    string,
    { readonly parts: readonly unknown[]; readonly tools: readonly ForeignTool[] }
  >();
  return {
    of: (role) => {
      const parts = all.map((each) => each.of(role));
      const before = made.get(role);
      if (before !== undefined && parts.every((part, at) => part === before.parts[at])) return before.tools;
      const tools = parts.flat();
      made.set(role, { parts, tools });
      return tools;
    },
  };
}
