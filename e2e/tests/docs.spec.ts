// The description of the API as a page: for people without a network, without scripts, and with any theme.
import { fits, open, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { expect, test } from "../lib/test.js";

interface Described {
  paths: Record<string, Record<string, { operationId: string; summary: string }>>;
}

test("the page describes every call of the API", async ({ page }) => {
  const described: Described = await (await page.request.get("/api/openapi.json")).json();
  const calls = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ path, method: method.toUpperCase(), operationId })),
  );
  expect(calls.length).toBeGreaterThan(30);
  await page.goto("/api/docs");
  await expect(page).toHaveTitle("API · Clearance");
  await expect(page.getByRole("heading", { level: 1, name: /^The API of Clearance/ })).toBeVisible();
  const summaries = await page.locator("details.call > summary").allInnerTexts();
  expect(summaries).toHaveLength(calls.length);
  for (const { path, method } of calls) {
    const line = summaries.find((text) => text.startsWith(method) && text.split(/\s+/)[1] === path);
    expect(line, `${method} ${path}`).toBeTruthy();
  }
  const ids = await page.locator("details.call h3").evaluateAll((all) => all.map((one) => one.id));
  expect(ids.sort()).toEqual(calls.map(({ operationId }) => operationId).sort());
});

test("it is read without scripts and asks nothing of any other server", async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/api/docs");
  expect(asked.filter((url) => !url.startsWith(`${server.url}/`))).toEqual([]);
  expect(asked.length, "itself, its style and its icon").toBeLessThanOrEqual(3);
  expect(await page.content()).not.toContain("<script");
  const link = page.getByRole("navigation", { name: "Calls" }).getByRole("link", { name: /Makes a key pair/ });
  await link.click();
  const heading = page.getByRole("heading", { level: 3, name: "CreateCredential" });
  await expect(heading, "a link opens what it leads to").toBeInViewport();
  const call = page.locator("details.call").filter({ has: heading });
  await expect(call.getByText("expires_at").first()).toBeVisible();
  await expect(call.locator("pre")).toContainText("curl");
  const other = page.locator("details.call").filter({ has: page.locator("#GetUsage") });
  await expect(other.locator("pre")).toBeHidden();
  await other.locator("summary").first().press("Enter");
  await expect(other.locator("pre").first()).toBeVisible();
  await context.close();
});

test("C5 the page goes by keyboard, with a skip link as its first stop", async ({ page }) => {
  await page.goto("/api/docs");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("main") !== null)).toBe(true);
});

test("C35 C38 it is accessible with all opened, in both themes, and fits a phone", async ({ page }) => {
  await page.goto("/api/docs");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor + getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await background(), "dark follows the system").not.toBe(light);
  await accessibleInBothThemes(page, "the description of the API");
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  await accessibleInBothThemes(page, "the description of the API, all opened");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the description of the API");
});

test("the app leads to it", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "configuration");
  await page.getByRole("region", { name: "Connection" }).getByRole("link", { name: "every call, described" }).click();
  await expect(page).toHaveURL("/api/docs");
  await expect(page.getByRole("heading", { level: 1, name: /^The API of Clearance/ })).toBeVisible();
  await page.goBack();
  await there(page, "Configuration");
});
