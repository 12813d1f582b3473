// What every browser test has: a server of the worker, pages whose faults fail the test, people who are signed in.
import { type Browser, type BrowserContext, type Page, expect, test as base } from "@playwright/test";
import { ADMIN, type Server, startServer } from "./server.js";

export { expect } from "@playwright/test";
export { ADMIN } from "./server.js";

interface Person {
  page: Page;
  context: BrowserContext;
  /** The personal workspace. */
  workspace: string;
  /** Calls the API as the person, from the page. */
  api: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>;
}

interface WorkerFixtures {
  server: Server;
}

interface TestFixtures {
  /** The administrator in a browser of their own. */
  ada: Person;
  /** Answers the console lines that a test expects; any other error fails it. */
  expectErrors: (...patterns: RegExp[]) => void;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer(true);
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  expectErrors: async ({}, use) => {
    await use((...patterns) => expected.push(...patterns));
    expected.length = 0;
  },
  page: async ({ page }, use) => {
    const faults = watch(page);
    await use(page);
    expect(faults(), "errors in the page").toEqual([]);
  },
  context: async ({ context }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await use(context);
  },
  ada: async ({ browser, server, expectErrors }, use) => {
    void expectErrors;
    const person = await signedIn(browser, server, ADMIN.email, ADMIN.password);
    const faults = watch(person.page);
    await use(person);
    expect(faults(), "errors in the page").toEqual([]);
    await person.context.close();
  },
});

const expected: RegExp[] = [];

/** Collects uncaught errors, error lines of the console and breaches of the content security policy. */
export function watch(page: Page): () => string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`pageerror: ${error.message}`));
  page.on("console", (line) => {
    if (line.type() === "error") faults.push(`console: ${line.text()}`);
  });
  return () => faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
}

/** Somebody signed in, in a browser of their own, at the start page. */
export async function signedIn(browser: Browser, server: Server, email: string, password: string): Promise<Person> {
  const context = await browser.newContext({ baseURL: server.url, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  await page.goto("/sign-in");
  const api = caller(page);
  const session = await api("POST", "/api/v1/session", { email, password });
  expect(session.status, JSON.stringify(session.body)).toBe(200);
  return { page, context, workspace: session.body.workspace_id, api };
}

/** Calls the API from inside a page, with its cookies. */
export function caller(page: Page): Person["api"] {
  return (method, path, body) =>
    page.evaluate(
      async ([method, path, body]) => {
        const answer = await fetch(path as string, {
          method: method as string,
          headers: { "content-type": "application/json", "x-clearance-client": "app" },
          body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await answer.text();
        return { status: answer.status, body: text ? JSON.parse(text) : undefined };
      },
      [method, path, body] as const,
    );
}
