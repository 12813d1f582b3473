// Everybody who has an account on the server, for its operators.
import { type Locator, type Page } from "@playwright/test";
import { NAMES, fits, open, openMenu, sectionLink, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, logIn, makeKey } from "../lib/keys.js";
import { type Account, type Person, expect, test } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };
const table = (page: Page) => page.getByRole("table", { name: "Accounts" });
const names = (page: Page) => table(page).getByRole("rowheader");
const rowOf = (page: Page, account: Account) => table(page).getByRole("row").filter({ has: page.getByText(account.email, { exact: true }) });
const news = (page: Page) => page.getByRole("region", { name: "Notifications (F8)" });

/** Opens the dialog about an account from its row. */
async function manage(ada: Person, account: Account): Promise<Locator> {
  await open(ada, "server-users", `?q=${encodeURIComponent(account.email)}`);
  await rowOf(ada.page, account).getByRole("button", { name: `Manage ${account.name}` }).click();
  const dialog = ada.page.getByRole("dialog", { name: account.name });
  await expect(dialog.getByRole("button", { name: "Password link" })).toBeVisible();
  return dialog;
}

test("P06 P08 the list of accounts is searched, narrowed, sorted and paged by the address", async ({ ada, newcomer, signIn }) => {
  const { page } = ada;
  const second = await newcomer();
  const nora = await signIn(second);
  await makeKey(nora, nora.workspace);
  await open(ada, "server-users");
  await expect(rowOf(page, ada.account)).toContainText("Operator");
  await expect(rowOf(page, ada.account).getByText("You", { exact: true })).toBeVisible();
  const search = page.getByRole("searchbox", { name: "Search accounts" });
  await search.pressSequentially(second.email.toUpperCase());
  await expect(names(page)).toHaveCount(1);
  await expect(page.getByRole("status").filter({ hasText: "1 account" })).toBeVisible();
  await expect(search).toBeFocused();
  const cells = rowOf(page, second).getByRole("cell");
  await expect(cells.nth(0)).toHaveText("Active");
  await expect(cells.nth(1), "workspaces").toHaveText("1");
  await expect(cells.nth(2), "keys").toHaveText("1");
  await expect(cells.nth(3).locator("time"), "last sign-in").toHaveText("just now");
  await expect(cells.nth(4), "last key use").toHaveText("Never");
  await page.reload();
  await expect(search).toHaveValue(second.email.toUpperCase());
  await expect(names(page)).toHaveCount(1);
  await page.getByRole("combobox", { name: "State" }).selectOption("disabled");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/state=disabled/);
  await accessibleInBothThemes(page, "accounts without a match");
  await page.getByRole("button", { name: "Clear filters" }).click();
  // The other tests have made accounts for more than one page; she comes first by name.
  await expect(rowOf(page, ada.account)).toBeVisible();

  const signIns = page.getByRole("columnheader", { name: "Last sign-in" });
  await signIns.getByRole("button").click();
  await signIns.getByRole("button").click();
  await expect(signIns).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/sort=-last_sign_in_at/);
  await page.reload();
  await expect(signIns).toHaveAttribute("aria-sort", "descending");

  await page.route(/\/server\/users\?/, (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set("limit", "1");
    return route.continue({ url: url.href });
  });
  await page.goto(settings(ada.workspace, "server-users"));
  await expect(names(page)).toHaveCount(1);
  const top = (await names(page).textContent())!;
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(names(page)).not.toHaveText(top);
  await page.goBack();
  await expect(names(page)).toHaveText(top);
});

test("N08 a disabled account is out at once, by browser and by key, and Undo lets it in again", async ({ ada, newcomer, signIn, server, expectErrors }) => {
  expectErrors(/status of 401/);
  const nora = await signIn(await newcomer());
  const pair = await makeKey(nora, nora.workspace);
  expect(await logIn(server, pair)).toBe(200);
  const dialog = await manage(ada, nora.account);
  await accessibleInBothThemes(ada.page, "an account");
  await ada.page.setViewportSize(PHONE);
  await fits(ada.page, "an account");
  await ada.page.setViewportSize({ width: 1280, height: 800 });
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rowOf(ada.page, nora.account)).toContainText("Disabled");
  expect(await logIn(server, pair)).toBe(401);
  expect((await nora.api("GET", "/api/v1/session")).status).toBe(401);
  await expect(news(ada.page).getByText(`${nora.account.name}: disabled`)).toBeVisible();
  await news(ada.page).getByRole("button", { name: "Undo" }).click();
  await expect(rowOf(ada.page, nora.account)).toContainText("Active");
  const again = await signIn(nora.account);
  expect((await again.api("GET", "/api/v1/session")).status).toBe(200);
  expect(await logIn(server, pair)).toBe(200);
});

test("a new password is asked for: signing in wants one, keeps what was typed, and goes on with it", async ({ ada, newcomer, page, expectErrors }) => {
  expectErrors(/status of 4(03|22)/);
  const nora = await newcomer();
  const dialog = await manage(ada, nora);
  await dialog.getByRole("button", { name: "Ask for a new password" }).click();
  await expect(rowOf(ada.page, nora)).toContainText("New password due");

  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(nora.email);
  const password = page.getByRole("textbox", { name: "Password", exact: true });
  await password.fill(nora.password);
  await page.keyboard.press("Enter");
  const fresh = page.getByRole("textbox", { name: "New password" });
  await expect(fresh).toBeFocused();
  await expect(fresh).toHaveAccessibleDescription(/The operator of this server asks you to choose a new one/);
  await expect(fresh).toHaveAttribute("autocomplete", "new-password");
  await expect(page.getByLabel("E-mail")).toHaveValue(nora.email);
  await expect(password).toHaveValue(nora.password);
  await accessibleInBothThemes(page, "a new password is asked for");
  await page.setViewportSize(PHONE);
  await fits(page, "a new password is asked for");
  await fresh.fill("short");
  await page.keyboard.press("Enter");
  await expect(fresh).toHaveAttribute("aria-invalid", "true");
  await expect(fresh).toHaveAccessibleDescription(/Use at least 12 characters\./);
  await fresh.fill(nora.password);
  await page.keyboard.press("Enter");
  await expect(fresh, "the old one is no new one").toHaveAttribute("aria-invalid", "true");
  await fresh.fill("a password that is new");
  await page.keyboard.press("Enter");
  await there(page, "Workspace");
  await (await openMenu(page)).getByRole("menuitem", { name: "Sign out" }).click();
  await there(page, "Sign in");
  await page.getByLabel("E-mail").fill(nora.email);
  await password.fill("a password that is new");
  await page.keyboard.press("Enter");
  await there(page, "Workspace");
});

test("a new password that is asked of one account is not asked of another", async ({ ada, newcomer, page, expectErrors }) => {
  expectErrors(/status of 403/);
  const [asked, other] = [await newcomer(), await newcomer()];
  const dialog = await manage(ada, asked);
  await dialog.getByRole("button", { name: "Ask for a new password" }).click();
  await expect(rowOf(ada.page, asked)).toContainText("New password due");
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(asked.email);
  const password = page.getByRole("textbox", { name: "Password", exact: true });
  await password.fill(asked.password);
  await page.keyboard.press("Enter");
  const fresh = page.getByRole("textbox", { name: "New password" });
  await fresh.fill("a password that is new");
  await page.getByLabel("E-mail").fill(other.email);
  await expect(fresh).toHaveCount(0);
  await password.fill(other.password);
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/session"));
  await page.keyboard.press("Enter");
  expect((await sent).postDataJSON()).not.toHaveProperty("new_password");
  await there(page, "Workspace");
});

test("C27 a password link is shown once, is copied, and works", async ({ ada, newcomer, page: guest }) => {
  const nora = await newcomer();
  const { page } = ada;
  await (await manage(ada, nora)).getByRole("button", { name: "Password link" }).click();
  const dialog = page.getByRole("dialog", { name: "A link to choose a new password" });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeVisible();
  await dialog.getByRole("button", { name: "Make link" }).click();
  const link = await dialog.locator("pre").innerText();
  await accessibleInBothThemes(page, "a password link");
  await page.setViewportSize(PHONE);
  await fits(page, "a password link");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("alert").filter({ hasText: "The link has not been copied yet." })).toBeVisible();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await clipboard(page)).toBe(link);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toHaveCount(0);
  expect(page.url()).not.toContain("dialog");
  await guest.goto(link);
  await there(guest, "Choose a new password");
  await guest.getByRole("textbox", { name: "New password" }).fill("chosen with the link");
  await guest.getByRole("button", { name: "Set new password" }).click();
  await expect(guest.getByText("Your new password is set.")).toBeVisible();
  await guest.getByRole("link", { name: "Sign in" }).click();
  await guest.getByLabel("E-mail").fill(nora.email);
  await guest.getByRole("textbox", { name: "Password", exact: true }).fill("chosen with the link");
  await guest.keyboard.press("Enter");
  await there(guest, "Workspace");
});

test("an operator makes another one and takes it away again", async ({ ada, newcomer, signIn }) => {
  const nora = await signIn(await newcomer());
  await open(nora, "profile");
  await expect(sectionLink(nora.page, "server-users")).toHaveCount(0);
  await (await manage(ada, nora.account)).getByRole("button", { name: "Make operator" }).click();
  await expect(rowOf(ada.page, nora.account)).toContainText("Operator");
  await nora.page.reload();
  await sectionLink(nora.page, "server-users").click();
  await there(nora.page, NAMES["server-users"]);
  await nora.page.getByRole("searchbox", { name: "Search accounts" }).fill(nora.account.email);
  await expect(rowOf(nora.page, nora.account)).toBeVisible();
  await (await manage(ada, nora.account)).getByRole("button", { name: "Take operator away" }).click();
  await expect(rowOf(ada.page, nora.account)).not.toContainText("Operator");
  await nora.page.goto(settings(nora.workspace, "server-users"));
  await there(nora.page, `${NAMES["server-users"]} is for operators of this server`);
});

test("C34 what cannot be done to one's own account says why", async ({ ada }) => {
  const dialog = await manage(ada, ada.account);
  const why = /This cannot be done to your own account/;
  for (const name of ["Disable", "Take operator away", "Delete account"]) {
    const button = dialog.getByRole("button", { name: new RegExp(`^${name}`) });
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAccessibleName(why);
  }
  await expect(dialog.getByText(why).first()).toBeVisible();
});

test("N19 C26 an account is deleted after its name was typed, and a pseudonym stands for it", async ({ ada, newcomer, signIn, server, expectErrors }) => {
  expectErrors(/status of 401/);
  const { page } = ada;
  const nora = await signIn(await newcomer());
  const pair = await makeKey(nora, nora.workspace);
  await (await manage(ada, nora.account)).getByRole("button", { name: "Delete account" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete the account?" });
  await expect(dialog.getByText("1 key stops working.")).toBeVisible();
  await expect(dialog.getByText("1 membership ends.")).toBeVisible();
  await accessibleInBothThemes(page, "deleting an account");
  await page.setViewportSize(PHONE);
  await fits(page, "deleting an account");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.reload();
  const button = dialog.getByRole("button", { name: /^Delete account/ });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  const field = dialog.getByRole("textbox", { name: `Type “${nora.account.name}” to confirm` });
  await expect(field).toBeFocused();
  await field.fill(nora.account.name.toLowerCase());
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await field.fill(nora.account.name);
  await field.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  expect(await logIn(server, pair)).toBe(401);
  expect((await nora.api("GET", "/api/v1/session")).status).toBe(401);
  await open(ada, "server-users", "?state=deleted");
  await expect(names(page).filter({ hasText: nora.account.name })).toHaveCount(0);
  const gone = table(page).getByRole("row").filter({ hasText: "Deleted" }).first();
  await gone.getByRole("button", { name: /^Manage/ }).click();
  await expect(page.getByRole("dialog").getByText(/This account was deleted/)).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("button", { name: /^Delete/ })).toHaveCount(0);
});

test("N19 everybody saves what the server holds about them", async ({ newcomer, signIn }) => {
  const nora = await signIn(await newcomer());
  await open(nora, "profile");
  const waiting = nora.page.waitForEvent("download");
  await nora.page.getByRole("link", { name: "Download my data" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/\.json$/);
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(await download.path(), "utf8");
  expect(() => JSON.parse(text)).not.toThrow();
  expect(text).toContain(nora.account.email);
  expect(text).not.toContain(nora.account.password);
});
