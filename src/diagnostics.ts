/** Diagnostics: lines for whoever runs this, never the truth (that is the event log). pino fits it. */
export interface Diagnostics {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silent: Diagnostics = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Warnings and errors on the console: what a program that configures nothing should still see. */
export const troubleOnly: Diagnostics = {
  ...silent,
  warn: (fields, message) => {
    console.warn(`hatrack: ${message}`, fields);
  },
  error: (fields, message) => {
    console.error(`hatrack: ${message}`, fields);
  },
};
