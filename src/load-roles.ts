import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Role } from "./agent/role.ts";
import { HatrackError, reasonOf } from "./errors.ts";
import { fileUrl, lendOwnPackages } from "./role-imports.ts";

const RoleShape = z.object({
  name: z.string(),
  title: z.string(),
  says: z.array(z.string()),
  on: z.array(z.string()),
  start: z.function(),
});

/** The hats that come with hatrack, in the order a case meets them. */
export const shippedRoles = [
  "sentinel",
  "tier2",
  "ir-lead",
  "threat-intel",
  "human-gate",
  "soc-manager",
  "detection-engineer",
  "threat-hunter",
];

function isRole(value: unknown): value is Role {
  return RoleShape.safeParse(value).success;
}

/**
 * Loads one role from its file: its default export, made by `defineRole`.
 * @throws HatrackError `role_not_found` or `role_invalid`, naming the file
 */
export async function loadRole(file: string): Promise<Role> {
  const path = resolve(file);
  lendOwnPackages();
  let module: unknown;
  try {
    module = await import(fileUrl(path));
  } catch (cause) {
    if (cause instanceof HatrackError) throw cause;
    throw new HatrackError("role_not_found", `role ${path}: cannot be loaded: ${reasonOf(cause)}`, { cause });
  }
  const role = z.object({ default: z.unknown() }).safeParse(module).data?.default;
  if (isRole(role)) return role;
  throw new HatrackError(
    "role_invalid",
    `role ${path}: its default export is not a role; expected "export default defineRole({ … })"`,
  );
}

/** Loads every role that comes with hatrack, or those of another folder. */
export async function loadRoles(folder?: string): Promise<Role[]> {
  if (folder === undefined) {
    return Promise.all(shippedRoles.map((name) => loadRole(shippedFile(name))));
  }
  const files = (await readdir(folder)).filter((name) => /^[a-z0-9-]+\.[jt]s$/.test(name)).sort();
  return Promise.all(files.map((name) => loadRole(join(folder, name))));
}

/** A shipped role by its name, or any role by its file. */
export async function loadNamedRole(nameOrFile: string): Promise<Role> {
  if (shippedRoles.includes(nameOrFile)) return loadRole(shippedFile(nameOrFile));
  if (/[./\\]/.test(nameOrFile)) return loadRole(nameOrFile);
  throw new HatrackError(
    "role_not_found",
    `role "${nameOrFile}": expected one of ${shippedRoles.join(", ")}, or the path of a file such as ./my-role.ts`,
  );
}

function shippedFile(name: string): string {
  // From a checkout this file is src/load-roles.ts; in the published package it is dist/src/load-roles.js.
  return join(
    import.meta.dirname,
    "..",
    "roles",
    name + basename(import.meta.filename).slice("load-roles".length),
  );
}
