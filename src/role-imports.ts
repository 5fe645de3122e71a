/**
 * A role may live outside this project: its file imports "hatrack" and "zod" by name. Where Node finds neither
 * from there, these hooks give it ours, so that a role needs no install of its own.
 */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const own: Readonly<Record<string, () => string>> = {
  hatrack: () => new URL(import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js", import.meta.url).href,
  zod: () => import.meta.resolve("zod"),
};

let registered = false;

/** Safe to call more than once. */
export function lendOwnPackages(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const lend = Object.hasOwn(own, specifier) ? own[specifier] : undefined;
      if (lend === undefined) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return { url: lend(), shortCircuit: true };
      }
    },
  });
}

/** A file's URL, as `import()` takes it. */
export function fileUrl(path: string): string {
  return pathToFileURL(path).href;
}
