// A real server on a fresh database, as its operator would start it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Server {
  /** Where it answers, without a trailing slash. */
  url: string;
  /** What it printed so far. */
  output: () => string;
  /** Runs another command of the same program on the same data. */
  command: (...args: string[]) => Promise<string>;
  stop: () => Promise<void>;
}

export const ADMIN = { name: "Ada Admin", email: "ada@example.com", password: "a long enough password" };

const binary = () => resolve(process.env.CLEARANCE_BIN ?? "../target/debug/clearance");

/** Starts a server; `setUp` makes the first administrator without the set-up page. */
export async function startServer(setUp: boolean, settings: Record<string, string> = {}): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), "clearance-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const admin = {
    CLEARANCE_ADMIN_EMAIL: ADMIN.email,
    CLEARANCE_ADMIN_PASSWORD: ADMIN.password,
    CLEARANCE_ADMIN__NAME: ADMIN.name,
  };
  const env = { ...process.env, ...(setUp ? admin : {}), ...settings };
  // What the test runner was told is not a setting of the server.
  for (const name of ["CLEARANCE_BIN", "CLEARANCE_DIST", "CLEARANCE_CHROMIUM", "CLEARANCE_SDK_PYTHON"]) {
    delete (env as Record<string, string | undefined>)[name];
  }
  const child = spawn(binary(), ["serve", "--listen", `127.0.0.1:${port}`, "--data-dir", data], { env });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  await ready(url, child, () => output);
  const command = (...args: string[]) => run([...args, "--data-dir", data, "--public-url", url], env);
  const stop = async () => {
    const ended = new Promise((done) => child.once("exit", done));
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await ended;
    }
    await rm(data, { recursive: true, force: true });
  };
  return { url, output: () => output, command, stop };
}

async function ready(url: string, child: ChildProcess, output: () => string) {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended at once:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`the server did not become ready:\n${output()}`);
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(binary(), args, { env });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", failed);
    child.once("close", (code) => (code === 0 ? done(output) : failed(new Error(`exit ${code}: ${output}`))));
  });
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}
