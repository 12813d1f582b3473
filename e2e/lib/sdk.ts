// The stock Python SDK: programs that use it, each in a home of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base } from "./test.js";

export const sdk = (name: string) => fileURLToPath(new URL(`../sdk/${name}`, import.meta.url));

/** The Python that has the SDK. Without it there is nothing to prove, so the test fails. */
export function python(): string {
  const python = process.env.CLEARANCE_SDK_PYTHON;
  if (!python) throw new Error("CLEARANCE_SDK_PYTHON must name a Python that has what e2e/sdk/requirements.txt says");
  return python;
}

export const test = base.extend<{ home: string }>({
  /** A folder for the files of the SDK, which is gone after the test. */
  home: async ({}, use) => {
    const home = await mkdtemp(join(tmpdir(), "clearance-sdk-"));
    await use(home);
    await rm(home, { recursive: true });
  },
});

export interface Ended {
  code: number | null;
  output: string;
}

/** A program in a home of its own, that knows of no other server than the one in the file. */
export function start(program: string, args: string[], home: string, config: string): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: home, CLEARML_CONFIG_FILE: config, PYTHONDONTWRITEBYTECODE: "1" };
  return spawn(program, args, { env, cwd: home, timeout: 60_000 });
}

export function ended(child: ChildProcess): Promise<Ended> {
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, output }));
  });
}
