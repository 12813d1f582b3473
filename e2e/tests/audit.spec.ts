// The audit log: who did what, filters and pages in the address, files with the same filters, and the chain of hashes.
import { readFile } from "node:fs/promises";
import { type Download, type Locator, type Page } from "@playwright/test";
import { FOR_OPERATORS, NAMES, fits, open, refuse, sectionLink, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, makeKey } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const table = (page: Page) => page.getByRole("table", { name: "Entries" });
const rows = (page: Page): Locator => table(page).locator("tbody > tr:has(> th)");

/** Somebody who made a key, renamed their workspace, and made another key. */
async function busy(person: Person) {
  await makeKey(person, person.workspace, { label: "laptop" });
  const renamed = await person.api("PATCH", `/api/v1/workspaces/${person.workspace}`, { name: "Vision lab" });
  expect(renamed.status).toBe(200);
  return makeKey(person, person.workspace, { label: "cluster" });
}

async function saved(page: Page, link: string): Promise<{ download: Download; text: string }> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  const download = await waiting;
  return { download, text: await readFile(await download.path(), "utf8") };
}

test("N12 the log says who did what to whom from where, and an entry folds out to what it changed", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const key = await busy(person);
  await open(person, "audit");
  await expect(rows(page).first(), "the newest first").toContainText("Key created");
  await expect(rows(page).first()).toContainText(key.access_key.slice(-6));
  const renamed = rows(page).filter({ hasText: "Workspace changed" });
  await expect(renamed).toHaveCount(1);
  await expect(renamed).toContainText(person.account.name);
  await expect(renamed).toContainText("in a browser");
  await expect(renamed).toContainText("127.0.0.1");
  const details = renamed.getByRole("button", { name: /^Details of entry \d+$/ });
  await details.press("Enter");
  await expect(details).toHaveAttribute("aria-expanded", "true");
  await expect(page).toHaveURL(/entry=\d+/);
  const diff = table(page).locator("table");
  await expect(diff.getByRole("row").filter({ hasText: "Name" })).toContainText(`${person.account.name}'s workspace`);
  await expect(diff.getByRole("row").filter({ hasText: "Name" })).toContainText("Vision lab");
  await accessibleInBothThemes(page, "the log with an entry in full");
  await page.reload();
  await there(page, NAMES.audit);
  await expect(diff.getByRole("row").filter({ hasText: "Name" })).toContainText("Vision lab");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the log with an entry in full");
  await page.setViewportSize({ width: 1280, height: 800 });
  await details.press("Enter");
  await expect(diff).toHaveCount(0);
});

test("N12 what is done with a key is told with the key", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const pair = await makeKey(person, person.workspace, { label: "script" });
  const authorization = `Basic ${Buffer.from(`${pair.access_key}:${pair.secret_key}`).toString("base64")}`;
  const made = await fetch(`${server.url}/api/v1/workspaces/${person.workspace}/credentials`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ label: "by a script" }),
  });
  expect(made.status).toBe(201);
  await open(person, "audit");
  await expect(rows(person.page).first()).toContainText(`with key …${pair.access_key.slice(-6)}`);
});

test("N12 C31 filters are in the address: what, who, subject, days", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const key = await busy(person);
  await open(person, "audit");
  const all = await rows(page).count();
  expect(all).toBeGreaterThanOrEqual(4);
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "Key created" });
  await expect(rows(page)).toHaveCount(2);
  await expect(page).toHaveURL(/action=credential\.create/);
  await page.reload();
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByRole("combobox", { name: "What" })).toHaveValue("credential.create");

  await page.getByRole("searchbox", { name: "Subject ID" }).fill(key.access_key);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole("status").filter({ hasText: "1 entry" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(rows(page)).toHaveCount(all);
  await expect(page).not.toHaveURL(/action|subject/);

  const { id } = (await person.api("GET", "/api/v1/me")).body;
  const who = page.getByRole("combobox", { name: "Who" });
  await who.pressSequentially(person.account.email.slice(0, 6));
  await chooseSuggested(page, who, person);
  await expect(page).toHaveURL(new RegExp(`who=${id}`));
  await expect(rows(page).filter({ hasText: "Key created" })).toHaveCount(2);
  await page.reload();
  await there(page, NAMES.audit);
  await expect(rows(page).filter({ hasText: "Key created" })).toHaveCount(2);
  await who.fill("0".repeat(31) + "1");
  await who.press("Enter");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await accessibleInBothThemes(page, "a log without a match");
  await page.getByRole("main").getByRole("button", { name: "Clear filters" }).last().click();
  await expect(rows(page)).toHaveCount(all);
  await expect(who).toHaveValue("");

  const day = (shift: number) => new Date(Date.now() + shift * 86_400_000).toLocaleDateString("sv");
  await page.getByLabel("From day").fill(day(1));
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await page.getByLabel("From day").fill(day(0));
  await page.getByLabel("To day").fill(day(0));
  await expect(rows(page)).toHaveCount(all);
  await page.getByLabel("To day").fill(day(-1));
  await page.getByLabel("From day").fill("");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
});

/** Chooses the person out of what the field suggests. */
async function chooseSuggested(page: Page, who: Locator, person: Person) {
  const option = page.getByRole("option", { name: new RegExp(person.account.email) });
  await expect(option).toBeVisible();
  await who.press("ArrowDown");
  await option.click();
}

test("N12 the log is saved as CSV and as JSON Lines with the filters of the page", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await busy(person);
  await open(person, "audit", "?action=credential.create");
  await expect(rows(page)).toHaveCount(2);
  const csv = await saved(page, "Export CSV");
  expect(csv.download.suggestedFilename()).toMatch(/\.csv$/);
  const lines = csv.text.trim().split(/\r?\n/);
  expect(lines).toHaveLength(3);
  for (const line of lines.slice(1)) expect(line).toContain("credential.create");
  const jsonl = await saved(page, "Export JSON Lines");
  expect(jsonl.download.suggestedFilename()).toMatch(/\.jsonl$/);
  const entries = jsonl.text.trim().split("\n").map((line) => JSON.parse(line));
  expect(entries.map((entry) => entry.action)).toEqual(["credential.create", "credential.create"]);
  expect(entries.every((entry) => /^[0-9a-f]{64}$/.test(entry.hash))).toBe(true);
});

test("N12 verifying says that the chain is whole, with the last number and hash to note", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await busy(person);
  await open(person, "audit");
  await page.getByRole("button", { name: "Verify chain" }).click();
  const card = page.getByRole("region", { name: "Is the log whole?" });
  await expect(card.getByText(/^The chain is whole: \d+ entries, numbers 1 to \d+\.$/)).toBeVisible();
  const last = (await person.api("GET", `/api/v1/workspaces/${person.workspace}/audit?limit=1`)).body.items[0];
  await expect(card.getByRole("definition").first()).toHaveText(String(last.seq));
  await card.getByRole("button", { name: "Copy hash" }).click();
  await expect(card.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await clipboard(page)).toBe(last.hash);
  await accessibleInBothThemes(page, "a whole chain");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "a whole chain");
  await page.route(/\/audit\/verify$/, (route) =>
    route.fulfill({ json: { whole: false, entries: 9, first_seq: 1, last_seq: 9, last_hash: "ab".repeat(32), broken_at: 4 } }),
  );
  await page.getByRole("button", { name: "Verify chain" }).click();
  await expect(card.getByText(/The chain is broken at number 4/)).toBeVisible();
  await accessibleInBothThemes(page, "a broken chain");
});

test("C31 a long log comes in pages that have addresses of their own", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await busy(person);
  await page.route(/\/api\/.*\/audit(\?|$)/, (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set("limit", "2");
    return route.continue({ url: url.href });
  });
  await open(person, "audit");
  await expect(rows(page)).toHaveCount(2);
  const first = await rows(page).first().innerText();
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect(rows(page).first()).not.toHaveText(first);
  await page.getByRole("button", { name: "First page" }).click();
  await expect(page).not.toHaveURL(/cursor=/);
  await expect(rows(page).first()).toContainText("Key created");
});

test("C17 a log that does not come says so, and its verifying is refused in a sentence", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 50/);
  const person = await signIn(await newcomer());
  const { page } = person;
  const list = /\/api\/.*\/audit(\?|$)/;
  await refuse(page, list, "GET", 500, { code: "internal", title: "Something went wrong here.", request_id: "77aa" });
  await refuse(page, /\/audit\/verify$/, "GET", 503, { code: "busy", title: "The server is busy." });
  await page.goto(settings(person.workspace, "audit"));
  await expect(page.getByRole("alert").filter({ hasText: "(Request 77aa)" })).toBeVisible();
  await page.getByRole("button", { name: "Verify chain" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The server is busy." })).toBeVisible();
  await page.unroute(list);
  await page.getByRole("button", { name: "Try again" }).click();
  await there(page, NAMES.audit);
  await expect(rows(page).first()).toBeVisible();
});

test("N12 the server's log has what belongs to no workspace, for its operators alone", async ({ ada, newcomer, signIn }) => {
  const { page } = ada;
  const nora = await signIn(await newcomer());
  await open(ada, "profile");
  await sectionLink(page, "server-log").click();
  await there(page, NAMES["server-log"]);
  const signedIn = rows(page).filter({ hasText: "Signed in" }).filter({ hasText: nora.account.name });
  await expect(signedIn.first()).toBeVisible();
  await accessibleInBothThemes(page, "the server's log");
  const who = page.getByRole("combobox", { name: "Who" });
  await who.pressSequentially(nora.account.email);
  await chooseSuggested(page, who, nora);
  await expect(page).toHaveURL(/who=/);
  await page.getByRole("combobox", { name: "What" }).selectOption({ label: "Signed in" });
  await expect(rows(page)).toHaveCount(1);
  for (const section of FOR_OPERATORS) {
    await nora.page.goto(settings(nora.workspace, section));
    await there(nora.page, `${NAMES[section]} is for operators of this server`);
    await expect(sectionLink(nora.page, section)).toHaveCount(0);
  }
  await accessibleInBothThemes(nora.page, "a page for operators");
});
