// How a key ends: by itself, by a successor, by its owner, by an administrator, or by whoever found it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as pathTo } from "node:path";
import { type Page } from "@playwright/test";
import { fits, open, refuse } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { createByHand, inDays, join, listed, logIn, makeKey, pairIn, panel, rowsOf, usedFrom } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };

const choose = (page: Page, label: string) => page.getByRole("combobox", { name: "Expires" }).selectOption({ label });

test("P01 a key ends when it was told to, warns before, and says so after", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const ends = Date.now() + 4_000;
  const short = await makeKey(person, person.workspace, { label: "short", expires_at: new Date(ends).toISOString() });
  await makeKey(person, person.workspace, { label: "soon", expires_at: inDays(13) });
  await makeKey(person, person.workspace, { label: "later", expires_at: inDays(15) });
  expect(await logIn(server, short)).toBe(200);
  await open(person, "workspace");
  await expect(rowsOf(page, "soon").getByText("Expires soon")).toBeVisible();
  await expect(rowsOf(page, "later").getByText("Active", { exact: true })).toBeVisible();
  await expect(panel(page, `${person.account.name}'s workspace`).getByText(/keys? needs? attention/)).toBeVisible();
  await expect.poll(() => logIn(server, short), { timeout: 10_000 }).toBe(401);
  expect(Date.now()).toBeGreaterThanOrEqual(ends);
  await page.reload();
  await expect(rowsOf(page, "short").getByText("Expired")).toBeVisible();
  await expect(page.getByRole("button", { name: "Rotate short" }), "what has ended is not rotated").toHaveCount(0);
  await expect(panel(page, `${person.account.name}'s workspace`).getByText("1 key needs attention")).toBeVisible();
});

test("P01 a key may end on a day of one's own, which is checked", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await page.getByRole("button", { name: "Create new credentials" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("dated");
  await choose(page, "On a date");
  const day = page.getByLabel("Last day");
  const create = page.getByRole("button", { name: "Create credentials", exact: true });
  for (const wrong of ["", "2020-01-31"]) {
    await day.fill(wrong);
    await create.click();
    await expect(day).toHaveAccessibleDescription("Choose a day from today on.");
    await expect(day).toHaveAttribute("aria-invalid", "true");
    await expect(day).toBeFocused();
  }
  await accessibleInBothThemes(page, "a day that is not possible");
  const wanted = inDays(40).slice(0, 10);
  await day.fill(wanted);
  await create.click();
  await expect(page.getByRole("dialog", { name: "Your new credentials" })).toBeVisible();
  const last = await page.evaluate((day) => new Date(`${day}T23:59:59`).toISOString(), wanted);
  expect(new Date((await listed(person))[0].expires_at).toISOString(), "to the end of that day, where one is").toBe(last);
});

test("N06 a key is rotated with an overlap: both work, and the old one says that it is still used", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const old = await makeKey(person, person.workspace, { label: "cluster" });
  expect(await logIn(server, old, "node-1")).toBe(200);
  await usedFrom(person, old.access_key, "node-1");
  await open(person, "workspace");
  await page.getByRole("button", { name: "Rotate cluster" }).click();
  const question = page.getByRole("dialog", { name: "Rotate the key “cluster”?" });
  await expect(question.getByText(/It was last used just now from node-1/)).toBeVisible();
  await expect(question.getByRole("radio", { name: "7 days" })).toBeChecked();
  await expect(question.getByRole("radio", { name: "7 days" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(question.getByRole("radio", { name: "1 day" })).toBeChecked();
  await accessibleInBothThemes(page, "rotating a key");
  await page.keyboard.press("Enter");
  const shown = page.getByRole("dialog", { name: "The successor of your key" });
  const successor = pairIn(await shown.locator("pre").innerText());
  await page.keyboard.press("Escape");
  await expect(shown.getByRole("button", { name: "Keep open" }), "this secret is shown once as well").toBeVisible();
  await shown.getByRole("button", { name: "Copy", exact: true }).click();
  await shown.getByRole("button", { name: "Done" }).click();
  expect(successor.access_key).not.toBe(old.access_key);

  const replaced = rowsOf(page, "cluster").filter({ hasText: "Replaced" });
  await expect(replaced.getByText("Still used"), "not since it was replaced").toHaveCount(0);
  await expect(replaced.getByRole("cell").nth(3), "its end").toHaveText(/in 23 hours|tomorrow/);
  await expect(rowsOf(page, "cluster").filter({ hasText: "Successor" })).toContainText("Active");
  await expect(page.getByRole("button", { name: "Rotate cluster" }), "a key has one successor").toHaveCount(1);
  expect(await logIn(server, successor)).toBe(200);
  expect(await logIn(server, old, "node-2"), "the old key goes on working").toBe(200);

  await usedFrom(person, old.access_key, "node-2");
  await page.reload();
  await expect(replaced.getByText("Still used")).toBeVisible();
  await expect(replaced).toContainText("from node-2");
  await expect(panel(page, `${person.account.name}'s workspace`).getByText("1 key needs attention")).toBeVisible();
  await accessibleInBothThemes(page, "a replaced key");
});

test("N06 C26 rotating without an overlap ends the old key at once, and wants its name typed", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const leaked = await makeKey(person, person.workspace, { label: "leaked" });
  await open(person, "workspace");
  await page.getByRole("button", { name: "Rotate leaked" }).click();
  const question = page.getByRole("dialog", { name: "Rotate the key “leaked”?" });
  const typed = question.getByRole("textbox", { name: "Type “leaked” to confirm" });
  await expect(typed, "what can be undone is not asked twice").toHaveCount(0);
  await question.getByRole("radio", { name: "Not at all" }).check();
  const rotate = question.getByRole("button", { name: /^Rotate key/ });
  await expect(rotate).toHaveAttribute("aria-disabled", "true");
  await typed.fill("leake");
  await typed.press("Enter");
  await expect(rotate).toHaveAttribute("aria-disabled", "true");
  expect(await listed(person), "nothing was sent").toHaveLength(1);
  await accessibleInBothThemes(page, "rotating at once");
  await typed.fill("leaked");
  await rotate.click();
  const shown = page.getByRole("dialog", { name: "The successor of your key" });
  const successor = pairIn(await shown.locator("pre").innerText());
  expect(await logIn(server, leaked)).toBe(401);
  expect(await logIn(server, successor)).toBe(200);
});

test("C26 revoking names the key and the consequence, and wants its name typed", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const pair = await makeKey(person, person.workspace, { label: "old laptop" });
  await makeKey(person, person.workspace, { label: "kept" });
  await open(person, "workspace");
  await page.getByRole("button", { name: "Revoke old laptop" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke the key “old laptop”?" });
  await expect(dialog.getByText(/is refused from the next call on\. This cannot be undone\./)).toBeVisible();
  await expect(dialog.getByText("It has never been used.")).toBeVisible();
  const typed = dialog.getByRole("textbox", { name: "Type “old laptop” to confirm" });
  const revoke = dialog.getByRole("button", { name: /^Revoke key/ });
  await expect(typed, "the focus never starts on the danger").toBeFocused();
  for (const wrong of ["", "old lapto", "Old laptop", "old laptop "]) {
    await typed.fill(wrong);
    await expect(revoke, wrong).toHaveAttribute("aria-disabled", "true");
    await typed.press("Enter");
    await expect(dialog, wrong).toBeVisible();
  }
  await accessibleInBothThemes(page, "revoking a key");
  await page.setViewportSize(PHONE);
  await fits(page, "revoking a key");
  expect(await logIn(server, pair)).toBe(200);
  await typed.fill("old laptop");
  await expect(revoke).not.toHaveAttribute("aria-disabled", "true");
  await revoke.click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("status").filter({ hasText: "Key old laptop revoked" })).toBeVisible();
  await expect(rowsOf(page, "old laptop")).toHaveCount(0);
  await expect(rowsOf(page, "kept")).toBeVisible();
  expect(await logIn(server, pair)).toBe(401);
});

test("C26 a key without a label is confirmed by the end of its access key", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const pair = await makeKey(person, person.workspace);
  const end = pair.access_key.slice(-4);
  await open(person, "workspace");
  await page.getByRole("button", { name: `Revoke …${end}` }).click();
  await page.keyboard.type(end);
  await page.keyboard.press("Enter");
  await expect(page.getByText("No credentials yet")).toBeVisible();
  expect(await logIn(server, pair)).toBe(401);
});

test("C13 a refused revocation says why and takes nothing away", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await makeKey(person, person.workspace, { label: "stays" });
  await open(person, "workspace");
  await refuse(page, /\/credentials\/CLR/, "DELETE", 409, { code: "invalid", title: "Not while it is being copied." });
  await page.getByRole("button", { name: "Revoke stays" }).click();
  await page.keyboard.type("stays");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toHaveText("Not while it is being copied.");
  await expect(dialog.getByRole("textbox")).toHaveValue("stays");
  await page.keyboard.press("Escape");
  await expect(rowsOf(page, "stays")).toBeVisible();
});

test("an administrator sees and revokes the keys of all members, and cannot rotate those of others", async ({
  ada,
  newcomer,
  signIn,
  server,
}) => {
  const person = await signIn(await newcomer());
  await join(ada, person);
  const theirs = await makeKey(person, ada.workspace, { label: "theirs" });
  const { page } = ada;
  await open(ada, "workspace");
  await expect(rowsOf(page, "theirs")).toHaveCount(0);
  await page.getByRole("switch", { name: "Show everybody's keys" }).click();
  await expect(page).toHaveURL(/keys=all/);
  const row = rowsOf(page, "theirs");
  await expect(row).toContainText(person.account.name);
  await expect(row.getByRole("button", { name: "Edit label", exact: false })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Rotate theirs" })).toHaveCount(0);
  await page.reload();
  await expect(row, "the choice is in the address").toBeVisible();
  await accessibleInBothThemes(page, "everybody's keys");
  await page.getByRole("button", { name: "Revoke theirs" }).click();
  await page.keyboard.type("theirs");
  await page.keyboard.press("Enter");
  await expect(row).toHaveCount(0);
  expect(await logIn(server, theirs)).toBe(401);
});

test("N09 keys are recognised: their shape, the scan, and the call of a finder", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const dialog = await createByHand(page, page, "lost");
  const section = await dialog.locator("pre").innerText();
  const pair = pairIn(section);
  expect(pair.access_key).toMatch(/^CLR[A-Z0-9]{27}$/);
  expect(pair.secret_key).toMatch(/^clrs_[A-Za-z0-9]{49}$/);

  const folder = await mkdtemp(pathTo(tmpdir(), "clearance-scan-"));
  const file = pathTo(folder, "clearml.conf");
  await writeFile(file, section);
  const found = await server.command("key", "scan", folder).catch((error: Error) => error.message);
  expect(found).toMatch(/^exit 1: /);
  expect(found).toContain("clearml.conf:7:");
  expect(found).toContain("clearml.conf:8:");
  expect(found, "a report of leaks is no leak").not.toContain(pair.secret_key);
  const other = pair.secret_key.endsWith("A") ? "B" : "A";
  await writeFile(file, section.replace(pair.secret_key, pair.secret_key.slice(0, -1) + other).replace(pair.access_key, "CLR".padEnd(30, "A")));
  expect(await server.command("key", "scan", folder), "what has the shape but a wrong checksum is no key").not.toContain("clearml.conf:");
  await rm(folder, { recursive: true });

  expect(await logIn(server, pair)).toBe(200);
  const reported = await fetch(`${server.url}/api/v1/found-keys`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(pair),
  });
  expect(reported.ok).toBe(true);
  expect(await logIn(server, pair), "the finder's call ends it").toBe(401);
});
