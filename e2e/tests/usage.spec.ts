// Usage & Billing: what is shown was counted.
import { type Page } from "@playwright/test";
import { fits, open } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join, logIn, makeKey, withKey } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";

/** What the calls of `users.get_current_user` are counted under. */
const WHO = "UsersGetCurrentUser";

const figure = async (page: Page, what: string) =>
  Number((await page.getByRole("region", { name: what, exact: true }).locator(".figure-value").innerText()).replace(/\D/g, ""));

test("the page counts the calls that were made, each under its endpoint", async ({ ada, newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  await join(person, ada);
  const pair = await makeKey(person, person.workspace, { label: "counted" });
  const { page } = person;
  for (let call = 0; call < 7; call++) {
    expect((await withKey(server, pair, `/api/v1/workspaces/${person.workspace}/credentials`)).status).toBe(200);
  }
  for (let call = 0; call < 3; call++) expect((await withKey(server, pair, "/api/users.get_current_user")).status).toBe(200);
  expect(await logIn(server, { ...pair, secret_key: `${pair.secret_key.slice(0, -1)}x` }), "a refused call is none of theirs").toBe(401);
  const counted = async () => (await person.api("GET", `/api/v1/workspaces/${person.workspace}/usage`)).body;
  await expect
    .poll(async () => (await counted()).calls_by_endpoint.find((one: { endpoint: string }) => one.endpoint === WHO)?.calls)
    .toBe(3);
  await page.waitForTimeout(1_500);

  await open(person, "usage");
  const row = (endpoint: string) => page.getByRole("table", { name: "Calls of each endpoint" }).getByRole("row").filter({ hasText: endpoint });
  const calls = (endpoint: string) => row(endpoint).getByRole("cell").nth(1);
  await expect(calls(WHO)).toHaveText("3");
  await expect(calls("ListCredentials")).toHaveText("7");
  expect(await figure(page, "Members")).toBe(2);
  const { calls_by_endpoint, calls: total } = await counted();
  expect(calls_by_endpoint.reduce((sum: number, one: { calls: number }) => sum + one.calls, 0), "the sum of all").toBe(total);

  const before = await figure(page, "API calls");
  for (let call = 0; call < 5; call++) await withKey(server, pair, "/api/users.get_current_user");
  await expect(async () => {
    await page.getByRole("button", { name: "Count again" }).click();
    await expect(calls(WHO)).toHaveText("8", { timeout: 500 });
  }).toPass();
  expect(await figure(page, "API calls")).toBeGreaterThanOrEqual(before + 5);
});

test("another workspace's calls are not counted here", async ({ ada, newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const pair = await makeKey(ada, ada.workspace);
  for (let call = 0; call < 3; call++) await withKey(server, pair, "/api/users.get_current_user");
  const path = `/api/v1/workspaces/${ada.workspace}/usage`;
  await expect.poll(async () => JSON.stringify((await ada.api("GET", path)).body)).toContain(WHO);
  await open(person, "usage");
  await expect(person.page.getByRole("heading", { name: "API calls by endpoint" })).toBeVisible();
  await expect(person.page.getByText(WHO)).toHaveCount(0);
  expect(await figure(person.page, "Members")).toBe(1);
});

test("C31 C35 C38 C40 the figures are a table, accessible, and fit a phone", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const pair = await makeKey(person, person.workspace);
  await withKey(server, pair, "/api/users.get_current_user");
  const path = `/api/v1/workspaces/${person.workspace}/usage`;
  await expect.poll(async () => JSON.stringify((await person.api("GET", path)).body)).toContain(WHO);
  const { page } = person;
  await open(person, "usage");
  const table = page.getByRole("table", { name: "Calls of each endpoint" });
  await expect(table.getByRole("columnheader")).toHaveText(["Endpoint", "Compared with the most called", "Calls", "Share"]);
  await expect(table.getByRole("row").nth(1).getByRole("cell").nth(1)).toHaveCSS("font-variant-numeric", "tabular-nums");
  await expect(table.locator("svg").first(), "the numbers say what the bars show").toHaveAttribute("aria-hidden", "true");
  await accessibleInBothThemes(page, "usage");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "usage");
});
