#!/usr/bin/env node
// The Node check comes before any other import: an older Node could not read them.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `hatrack needs Node 24 or newer; this is ${process.version}. The right one was installed with the project: ` +
      'run "npm run -s hatrack -- COMMAND", or node_modules/.bin/node bin/hatrack.ts COMMAND.',
  );
  process.exitCode = 2;
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

export {};
