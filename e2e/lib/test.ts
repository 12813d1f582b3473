// What every browser test has: a server of the worker, pages whose faults fail the test, people who are signed in.
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, test as base } from "@playwright/test";
import { expect } from "@playwright/test";
import { ADMIN, type Server, startServer } from "./server.js";

export { expect } from "@playwright/test";
export { ADMIN, type Server } from "./server.js";

export interface Account {
  name: string;
  email: string;
  password: string;
}

export interface Person {
  page: Page;
  context: BrowserContext;
  /** The personal workspace. */
  workspace: string;
  account: Account;
  /** Calls the API as the person, from the page. */
  api: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>;
}

/** A plain member of the administrator's workspace. */
export const MEMBER: Account = { name: "Ben Member", email: "ben@example.com", password: "quite another password" };

interface WorkerFixtures {
  server: Server;
  /** The id of the administrator's workspace, of which `MEMBER` is a plain member. */
  shared: string;
}

interface TestFixtures {
  /** The administrator in a browser of their own. */
  ada: Person;
  /** A plain member of the administrator's workspace, in a browser of their own. */
  ben: Person;
  /** Signs somebody in, in one more browser that is closed after the test. */
  signIn: (account: Account, options?: BrowserContextOptions) => Promise<Person>;
  /** Makes an account that nothing else uses, which has its own workspace and none besides. */
  newcomer: () => Promise<Account>;
  /** One more server, on a fresh database, which is stopped after the test. */
  anotherServer: (setUp: boolean, settings?: Record<string, string>) => Promise<Server>;
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
  shared: [
    async ({ browser, server }, use) => {
      const ada = await signedIn(browser, server, ADMIN);
      await invite(ada, ada.workspace, MEMBER);
      await ada.context.close();
      await use(ada.workspace);
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  expectErrors: async ({}, use) => {
    await use((...patterns) => expected.push(...patterns));
    expected.length = 0;
  },
  page: async ({ page, expectErrors }, use) => {
    void expectErrors;
    const faults = watch(page);
    await use(page);
    expect(faults(), "errors in the page").toEqual([]);
  },
  context: async ({ context }, use) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await context.addInitScript(noTip);
    await use(context);
  },
  signIn: async ({ browser, server, expectErrors }, use) => {
    void expectErrors;
    const all: { person: Person; faults: () => string[] }[] = [];
    await use(async (account, options) => {
      const person = await signedIn(browser, server, account, options);
      all.push({ person, faults: watch(person.page) });
      return person;
    });
    for (const { person, faults } of all) {
      expect(faults(), `errors in the page of ${person.account.name}`).toEqual([]);
      await person.context.close();
    }
  },
  ada: async ({ signIn }, use) => use(await signIn(ADMIN)),
  ben: async ({ signIn, shared }, use) => {
    void shared;
    await use(await signIn(MEMBER));
  },
  newcomer: async ({ server }, use) => {
    await use(() => newAccount(server));
  },
  anotherServer: async ({}, use) => {
    const all: Server[] = [];
    await use(async (setUp, settings) => {
      const server = await startServer(setUp, settings);
      all.push(server);
      return server;
    });
    for (const server of all) await server.stop();
  },
});

const expected: RegExp[] = [];
let accounts = 0;

/** Lets the browser remember that it showed today's tip, which would lie over the page of every test but its own. */
const noTip = () => {
  if (location.protocol.startsWith("http")) localStorage.setItem("tip", String(Date.now() + 86_400_000));
};

/** Collects uncaught errors, error lines of the console and breaches of the content security policy. */
export function watch(page: Page): () => string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`pageerror: ${error.message}`));
  page.on("console", (line) => {
    // Asking who is signed in is answered with 401 when nobody is; the browser writes a line about it.
    const { url } = line.location();
    if (line.text().includes("status of 401") && url.endsWith("/api/v1/session")) return;
    if (line.type() === "error") faults.push(`console: ${line.text()} (${url})`);
  });
  return () => faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
}

/** Somebody signed in, in a browser of their own, on a page that is not the app yet. */
export async function signedIn(
  browser: Browser,
  server: Server,
  account: Account,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({
    baseURL: server.url,
    permissions: ["clipboard-read", "clipboard-write"],
    ...options,
  });
  const page = await context.newPage();
  await page.goto("/favicon.svg");
  await page.evaluate(noTip);
  const api = caller(page);
  const session = await api("POST", "/api/v1/session", { email: account.email, password: account.password });
  expect(session.status, JSON.stringify(session.body)).toBe(200);
  return { page, context, workspace: session.body.workspace_id, account, api };
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

/** Has somebody new join a workspace through an invitation's link. */
export async function invite(admin: Person, workspace: string, account: Account, role: "admin" | "user" = "user") {
  const invited = await admin.api("POST", `/api/v1/workspaces/${workspace}/invitations`, { email: account.email, role });
  expect(invited.status, JSON.stringify(invited.body)).toBe(201);
  await call(admin.page.url(), "/api/v1/invitations/join", { token: tokenOf(invited.body.link), ...account });
}

/** What stands after `#token=` in a one-time link. */
export function tokenOf(link: string): string {
  const token = /#token=(\S+)/.exec(link)?.[1];
  if (!token) throw new Error(`no token in ${link}`);
  return token;
}

/** A public call, from no browser at all. */
async function call(base: string, path: string, body: unknown) {
  const answer = await fetch(new URL(path, base), {
    method: "POST",
    headers: { "content-type": "application/json", "x-clearance-client": "app", origin: new URL(base).origin },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

/** Made by the operator, who hands over the link to choose a password. */
async function newAccount(server: Server): Promise<Account> {
  const number = ++accounts;
  const account = { name: `Nora New ${number}`, email: `nora${number}@example.com`, password: `password number ${number}` };
  const told = await server.command("user", "add", account.email, "--name", account.name);
  await call(server.url, "/api/v1/session/password-reset/complete", { token: tokenOf(told), password: account.password });
  return account;
}
