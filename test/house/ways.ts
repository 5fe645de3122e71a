/**
 * What in a module could reach beyond the process, read from its syntax: globals, Node's own modules, packages, and every
 * way around these. Types are none of it, and neither is a name that only looks like one.
 */
import ts from "typescript";

/** Globals that open a connection, or lead to any global or module by a name made at run time. */
const globals = new Set([
  ...["fetch", "WebSocket", "EventSource", "XMLHttpRequest", "WebTransport"],
  ...["globalThis", "global", "require", "importScripts"],
]);
/** Run text as code when they are called. */
const runners = new Set(["eval", "Function"]);

/** Methods that hand out modules or globals by a name made at run time. */
const methods = new Set([
  "getBuiltinModule",
  "binding",
  "_linkedBinding",
  "dlopen",
  "createRequire",
  "sendBeacon",
]);

/** Of Node's own: what reads and computes, and reaches no further than the files of this machine. */
const harmless = new Set([
  ...[
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "crypto",
    "events",
    "fs",
    "fs/promises",
    "os",
    "path",
  ],
  ...["perf_hooks", "process", "readline", "readline/promises", "sqlite", "stream", "stream/consumers"],
  ...[
    "stream/promises",
    "stream/web",
    "string_decoder",
    "timers",
    "timers/promises",
    "url",
    "util",
    "v8",
    "zlib",
  ],
]);

/** Parts of Node's modules that open no connection: a server's side, and what computes. */
const harmlessNames: Readonly<Record<string, readonly string[]>> = {
  http: ["createServer", "STATUS_CODES"],
  net: ["createServer", "isIP", "isIPv4", "isIPv6"],
};

/** One word for each way out: "fetch", "node:http request", "package ioredis", "import of a name made at run time". */
export function waysOut(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const way of waysOf(node)) found.add(way);
    if (!ts.isTypeNode(node) && !ts.isInterfaceDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found].sort();
}

function waysOf(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node)) return ofImport(node);
  if (ts.isExportDeclaration(node)) return ofExport(node);
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return ofCall(node);
  if (ts.isIdentifier(node)) return ofName(node);
  return ts.isElementAccessExpression(node) ? ofKey(node.argumentExpression) : [];
}

function ofCall({ expression, arguments: given }: ts.CallExpression | ts.NewExpression): string[] {
  if (ts.isIdentifier(expression)) return runners.has(expression.text) ? [expression.text] : [];
  if (expression.kind !== ts.SyntaxKind.ImportKeyword) return [];
  const argument = given?.[0];
  return argument !== undefined && ts.isStringLiteralLike(argument)
    ? ofModule(argument.text, undefined)
    : ["import of a name made at run time"];
}

function ofName(node: ts.Identifier): string[] {
  const reaches = globals.has(node.text)
    ? isUse(node)
    : methods.has(node.text) && !ts.isImportSpecifier(node.parent);
  return reaches ? [node.text] : [];
}

function ofKey(key: ts.Expression): string[] {
  if (!ts.isStringLiteralLike(key)) return [];
  return globals.has(key.text) || methods.has(key.text) ? [key.text] : [];
}

/** Not the name of somebody's property, parameter or field. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  // "global" is also a word that a module may have a variable of.
  if (node.text === "global" && ts.isShorthandPropertyAssignment(parent)) return false;
  if (node.text === "global" && ts.isVariableDeclaration(parent)) return parent.name !== node;
  return !(isMember(parent) && parent.name === node);
}

function isMember(node: ts.Node) {
  return ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node);
}

function ofExport({ moduleSpecifier: from, isTypeOnly }: ts.ExportDeclaration): string[] {
  return from !== undefined && ts.isStringLiteral(from) && !isTypeOnly ? ofModule(from.text, undefined) : [];
}

function ofImport({ moduleSpecifier: from, importClause: clause }: ts.ImportDeclaration): string[] {
  if (!ts.isStringLiteral(from) || clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bindings = clause?.name === undefined ? clause?.namedBindings : undefined;
  if (bindings === undefined || ts.isNamespaceImport(bindings)) return ofModule(from.text, undefined);
  const values = bindings.elements.filter((each) => !each.isTypeOnly);
  const names = values.map((each) => (each.propertyName ?? each.name).text);
  return names.length === 0 ? [] : ofModule(from.text, names);
}

/** @param names undefined: all of it */
function ofModule(name: string, names: readonly string[] | undefined): string[] {
  if (name.startsWith(".") || name.startsWith("/")) return [];
  const [, builtin] = /^node:(.+)$/.exec(name) ?? [];
  if (builtin === undefined) return [`package ${/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name}`];
  if (harmless.has(builtin)) return [];
  const allowed = harmlessNames[builtin] ?? [];
  if (names === undefined) return [`node:${builtin}`];
  return names.filter((each) => !allowed.includes(each)).map((each) => `node:${builtin} ${each}`);
}
