/** hatrack and the local workspace as processes of their own, so that one can be killed and the other lives. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import { z } from "zod";

export const root = resolve(import.meta.dirname, "../..");
const quiet = "--disable-warning=ExperimentalWarning";

/** The first line a child prints; rejects when it ends before. */
async function firstLine(child: ChildProcess, what: string): Promise<string> {
  if (child.stdout === null) throw new Error(`${what}: no stdout`);
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, "line").then((args: unknown[]) => String(args[0]));
  const ended = once(child, "exit").then((args: unknown[]) => {
    throw new Error(`${what} ended with ${String(args[0])} before it said anything`);
  });
  return Promise.race([line, ended]);
}

export interface Workspace {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

export async function startWorkspaceProcess(folder: string): Promise<Workspace> {
  const args = ["--file", join(folder, "workspace.db"), "--directory", join(root, "fixtures/workspace.json")];
  const child = spawn(process.execPath, [quiet, join(root, "slack/workspace/main.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url, token } = z
    .object({ url: z.string(), token: z.string() })
    .parse(JSON.parse(await firstLine(child, "workspace")));
  return { url, token, close: () => end(child, "SIGTERM") };
}

export interface Hatrack {
  /** "URL#TOKEN", or "ready" with a workspace of its own. */
  readonly ready: string;
  readonly pid: number;
  kill9(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export async function startHatrack(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Hatrack> {
  const child = spawn(
    process.execPath,
    [quiet, join(root, "bin/hatrack.ts"), "start", "--no-open", "--no-watch", ...args],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, LOG_LEVEL: "error", ...env },
    },
  );
  const ready = (await firstLine(child, "hatrack start")).replace(/^ready ?/, "");
  return {
    ready,
    pid: child.pid ?? 0,
    kill9: () => end(child, "SIGKILL"),
    stop: async () => {
      await end(child, "SIGTERM");
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
