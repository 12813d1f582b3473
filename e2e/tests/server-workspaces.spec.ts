// Every workspace of the server, for its operators: who owns it, and how many may be in it.
import { type Page } from "@playwright/test";
import { fits, open, settings } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { expect, test } from "../lib/test.js";

const table = (page: Page) => page.getByRole("table", { name: "Workspaces" });
const names = (page: Page) => table(page).getByRole("rowheader");

test("the list of workspaces is searched and sorted by the address", async ({ ada, newcomer, signIn }) => {
  const { page } = ada;
  const nora = await signIn(await newcomer());
  const renamed = await nora.api("PATCH", `/api/v1/workspaces/${nora.workspace}`, { name: `Vision ${nora.workspace.slice(-6)}` });
  expect(renamed.status).toBe(200);
  await open(ada, "server-workspaces");
  const members = page.getByRole("columnheader", { name: "Members" });
  await members.getByRole("button").click();
  await expect(members).toHaveAttribute("aria-sort", "ascending");
  await expect(page).toHaveURL(/sort=members/);
  const search = page.getByRole("searchbox", { name: "Search workspaces" });
  await search.fill(`vision ${nora.workspace.slice(-6)}`);
  await expect(names(page)).toHaveCount(1);
  await expect(names(page)).toContainText("Personal");
  await expect(table(page).getByRole("row").nth(1)).toContainText(nora.account.name);
  await expect(page.getByRole("status").filter({ hasText: "1 workspace" })).toBeVisible();
  await page.reload();
  await expect(names(page)).toHaveCount(1);
  await search.fill("no such workspace");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(search).toHaveValue("");
  await expect(names(page).nth(1)).toBeVisible();
});

test("R060 the seats of a workspace are set in place, checked, and taken away", async ({ ada, newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const { page } = ada;
  const nora = await signIn(await newcomer());
  const name = `Vision ${nora.workspace.slice(-6)}`;
  await nora.api("PATCH", `/api/v1/workspaces/${nora.workspace}`, { name });
  await page.goto(`${settings(ada.workspace, "server-workspaces")}?q=${encodeURIComponent(name)}`);
  const row = table(page).getByRole("row").nth(1);
  await expect(row).toContainText("No limit");
  const pencil = page.getByRole("button", { name: `Edit seats of ${name}` });
  await pencil.press("Enter");
  const field = page.getByRole("textbox", { name: `Seats of ${name}` });
  await expect(field).toBeFocused();
  await page.keyboard.type("none at all");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "Enter a number from 1 to 1000000" })).toBeVisible();
  await accessibleInBothThemes(page, "seats that are no number");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "seats that are no number");
  await page.setViewportSize({ width: 1280, height: 800 });
  await field.fill("1");
  await page.keyboard.press("Enter");
  await expect(row.getByText("Full", { exact: true })).toBeVisible();
  await expect(pencil).toBeFocused();
  const invited = await nora.api("POST", `/api/v1/workspaces/${nora.workspace}/invitations`, { role: "user" });
  expect(invited.body.code).toBe("seats_taken");
  await page.reload();
  await expect(row.getByText("Full", { exact: true })).toBeVisible();
  await pencil.press("Enter");
  await field.fill("");
  await page.keyboard.press("Enter");
  await expect(row).toContainText("No limit");
  await expect(row.getByText("Full", { exact: true })).toHaveCount(0);
});
