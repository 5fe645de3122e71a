/** Stands alone: it is read before anything an older Node could not read. */
const oldest = 24;

/** What to do when this Node is too old; undefined when it is not. @param version "v24.21.0" */
export function nodeTooOld(version: string): string | undefined {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (major >= oldest) return undefined;
  return (
    `hatrack needs Node ${oldest} or newer; this is ${version}. The right one was installed with the project: ` +
    'run "npm run -s hatrack -- COMMAND", or node_modules/.bin/node bin/hatrack.ts COMMAND.'
  );
}
