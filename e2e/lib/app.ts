// How people find their way in the app: its pages, its dialogs, and what slow or broken networks do to it.
import { type Locator, type Page, type Response, type Route, expect } from "@playwright/test";
import type { Person } from "./test.js";

export const FOR_EVERYBODY = ["profile", "configuration", "workspace", "effective"] as const;
export const FOR_ADMINISTRATORS = ["users", "access-rules", "vaults", "usage", "audit"] as const;
export const FOR_OPERATORS = ["server-users", "server-workspaces", "server-log"] as const;
/** Every section, in the order of the side bar; the first administrator sees them all. */
export const SECTIONS = [...FOR_EVERYBODY, ...FOR_ADMINISTRATORS, ...FOR_OPERATORS] as const;
export type Section = (typeof SECTIONS)[number];

export const NAMES: Record<Section, string> = {
  profile: "Profile",
  configuration: "Configuration",
  workspace: "Workspace",
  effective: "Effective Configuration",
  users: "Users & Groups",
  "access-rules": "Access Rules",
  vaults: "Configuration Vaults",
  usage: "Usage & Billing",
  audit: "Audit Log",
  "server-users": "Accounts",
  "server-workspaces": "Workspaces",
  "server-log": "Server Log",
};

/** The link of a section in the side bar. */
export const sectionLink = (page: Page, section: Section) =>
  page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: NAMES[section], exact: true });

/** The address of a section. */
export const settings = (workspace: string, section: Section) => `/workspaces/${workspace}/settings/${section}`;

/** Opens a section and waits until it is there with what it shows. */
export async function open(person: Person, section: Section, query = "") {
  await person.page.goto(settings(person.workspace, section) + query);
  await there(person.page, NAMES[section]);
}

/** Waits until the page with this heading is there and nothing of it is on its way any more. */
export async function there(page: Page, heading: string | RegExp) {
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  await expect(page.getByText("Loading…")).toHaveCount(0);
}

/** The bell, whatever it counts. */
export const bell = (page: Page) => page.getByRole("button", { name: /^Notifications/ });

/** Opens the panel with the notifications. */
export async function openInbox(page: Page): Promise<Locator> {
  await bell(page).click();
  const panel = page.getByRole("dialog", { name: "Notifications" });
  await expect(panel).toBeVisible();
  await expect(panel.getByText("Loading…")).toHaveCount(0);
  return panel;
}

export const profileButton = (page: Page) => page.getByRole("button", { name: "Profile", exact: true });

/** Opens the menu of the Profile button. */
export async function openMenu(page: Page): Promise<Locator> {
  await profileButton(page).click();
  const menu = page.getByRole("menu", { name: "Profile" });
  await expect(menu).toBeVisible();
  return menu;
}

/** Nothing makes the page scroll sideways. */
export async function fits(page: Page, what: string) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    // Whatever reaches over the edge, unless it lies in a region that scrolls by itself.
    const scrolls = (one: Element): boolean =>
      one !== document.body && (/auto|scroll|hidden/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement!));
    return [...document.querySelectorAll("body *")]
      .filter((one) => !scrolls(one))
      .filter((one) => one.getBoundingClientRect().right > width + 1)
      .map((one) => `${one.tagName}.${one.className} to ${Math.round(one.getBoundingClientRect().right)} of ${width}`);
  });
  expect(wide, `${what} scrolls sideways`).toEqual([]);
}

/** Holds back every call that matches until the returned function lets them go. */
export async function hold(page: Page, pattern: RegExp, method?: string): Promise<{ release: () => void; count: () => number }> {
  let release = () => {};
  let count = 0;
  const gate = new Promise<void>((done) => (release = done));
  await page.route(pattern, async (route: Route) => {
    if (method && route.request().method() !== method) return route.fallback();
    count++;
    await gate;
    await route.fallback();
  });
  return { release: () => release(), count: () => count };
}

/** Answers matching calls of one method with a problem, as the server would. */
export async function refuse(page: Page, pattern: RegExp, method: string, status: number, problem: Record<string, unknown>) {
  await page.route(pattern, (route) => {
    if (route.request().method() !== method) return route.fallback();
    const body = { type: "about:blank", title: "Refused", status, request_id: "0", ...problem };
    return route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify(body) });
  });
}

/** The text of an answer; none for a stream of events, which has no end. */
export const textOf = async (answer: Response): Promise<string> =>
  answer.headers()["content-type"]?.startsWith("text/event-stream") ? "" : answer.text().catch(() => "");

/** The set-up link that a server printed when it started. */
export function setUpLink(output: string): string {
  const link = /\S+\/setup#token=\S+/.exec(output)?.[0];
  if (!link) throw new Error(`no set-up link in:\n${output}`);
  return link;
}
