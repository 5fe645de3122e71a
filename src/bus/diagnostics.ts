/** One line of diagnostics: what happened, and what it happened to. The log of events is not for these. */
export type Diagnose = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  details: Readonly<Record<string, string | number>>,
) => void;

export const noDiagnostics: Diagnose = () => undefined;
