// Configuration vaults: one's own on the Workspace page, those of administrators with their order, and their versions.
import { readFile } from "node:fs/promises";
import { type Locator, type Page } from "@playwright/test";
import { fits, open, refuse, sectionLink, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, join } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";
import { edit, field, groupOf, keep, kept, makeVault, order, ownPanel, within } from "../lib/vaults.js";

const table = (page: Page): Locator => page.getByRole("table", { name: "Configuration vaults" });
const row = (page: Page, name: string): Locator =>
  table(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name: new RegExp(`^${name}\\b`) }) });
const names = (page: Page): Locator => table(page).getByRole("rowheader");
const box = (page: Page): Locator => page.getByRole("textbox", { name: "What is in it" });

async function narrow(page: Page, what: string) {
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, what);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("R079 R086 R088 a vault is written with EDIT, kept with OK, and is there afterwards", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const own = ownPanel(person);
  await expect(own.getByRole("heading", { level: 3, name: "Configuration Vault" })).toBeVisible();
  await expect(own.getByText("Your vault is empty")).toBeVisible();
  await accessibleInBothThemes(page, "an empty vault");
  const dialog = await edit(person);
  await expect(page).toHaveURL(/dialog=edit-own-vault/);
  await field(dialog).fill("sdk.storage.cache.default_base_dir = /data");
  await accessibleInBothThemes(page, "the editor of a vault");
  await narrow(page, "the editor of a vault");
  await dialog.getByRole("button", { name: "OK", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(box(page)).toHaveValue("sdk.storage.cache.default_base_dir = /data");
  await expect(own.getByText("1 line (42 B)")).toBeVisible();
  await page.reload();
  await there(page, "Workspace");
  await expect(box(page)).toHaveValue("sdk.storage.cache.default_base_dir = /data");
  await expect(box(page), "it is to be read alone").toHaveAttribute("readonly", "");
  await accessibleInBothThemes(page, "a vault");
  await narrow(page, "a vault");
  expect((await kept(person)).vault.is_active, "a new vault applies").toBe(true);
});

test("R087 a double click on the box opens the editor", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await open(person, "workspace");
  await person.page.getByText("Your vault is empty").dblclick();
  await expect(field(person.page)).toHaveValue("");
  await keep(person, "a = 1");
  await open(person, "workspace");
  await box(person.page).dblclick();
  await expect(field(person.page)).toHaveValue("a = 1");
  await person.page.keyboard.press("Escape");
  await person.page.goBack();
  await expect(field(person.page)).toHaveCount(0);
});

test("R083 R084 R085 HOCON, JSON and YAML are kept as they are written, and what clients cannot read is refused", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 422/);
  const person = await signIn(await newcomer());
  const { page } = person;
  for (const [format, good, bad] of [
    ["HOCON", "a { b = 1 }", "a { b = 1"],
    ["JSON", '{"a": {"b": 1}}', '{"a": }'],
    ["YAML", "a:\n  b: 1\n", "a: [1"],
  ] as const) {
    await open(person, "workspace");
    const dialog = await edit(person);
    await dialog.getByRole("combobox", { name: "Format" }).selectOption(format);
    await field(dialog).fill(bad);
    await expect(field(dialog), format).toHaveAccessibleDescription(/Line \d+, column \d+: /);
    await dialog.getByRole("button", { name: "OK", exact: true }).click();
    await expect(field(dialog)).toHaveAttribute("aria-invalid", "true");
    expect((await kept(person)).content, "nothing was kept").not.toBe(bad);
    await field(dialog).fill(good);
    await expect(field(dialog)).not.toHaveAttribute("aria-invalid");
    await dialog.getByRole("button", { name: "OK", exact: true }).click();
    await expect(dialog).toHaveCount(0);
    const now = await kept(person);
    expect([now.content, now.vault.format]).toEqual([good, format.toLowerCase()]);
    await expect(box(page)).toHaveValue(good);
  }
});

test("R089 R090 R091 the switch applies at once, Undo takes it back, and a vault that is off can be edited", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await keep(person, "a = 1");
  await open(person, "workspace");
  const own = ownPanel(person);
  const toggle = own.getByRole("switch", { name: "Apply it to my clients" });
  await expect(toggle).toHaveAttribute("aria-checked", "true");
  await toggle.click();
  await expect(toggle).toHaveAttribute("aria-checked", "false");
  await expect.poll(async () => (await kept(person)).vault.is_active).toBe(false);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(toggle).toHaveAttribute("aria-checked", "true");
  await expect.poll(async () => (await kept(person)).vault.is_active).toBe(true);

  await toggle.press("Space");
  await expect(own.getByText("The vault is off: no client gets it.")).toBeVisible();
  await accessibleInBothThemes(page, "a vault that is off");
  const dialog = await edit(person);
  await expect(dialog.getByText("The vault is off: what you write here applies once you switch it on.")).toBeVisible();
  await field(dialog).fill("a = 2");
  await dialog.getByRole("button", { name: "OK", exact: true }).click();
  await expect(page.getByText("Vault saved. It is off: no client gets it.")).toBeVisible();
  const now = await kept(person);
  expect([now.content, now.vault.is_active]).toEqual(["a = 2", false]);
});

test("C13 a switch that is refused goes back and says why", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const person = await signIn(await newcomer());
  await keep(person, "a = 1");
  await open(person, "workspace");
  await refuse(person.page, /\/vaults\/personal$/, "PATCH", 409, { code: "busy", title: "Not now." });
  const toggle = ownPanel(person).getByRole("switch", { name: "Apply it to my clients" });
  await toggle.click();
  await expect(ownPanel(person).getByRole("alert").filter({ hasText: "Not now." })).toBeVisible();
  await expect(toggle).toHaveAttribute("aria-checked", "true");
});

test("C24 what is not kept is asked about by Cancel, Escape and Back", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await keep(person, "a = 1");
  await open(person, "workspace");
  const dialog = await edit(person);
  await field(dialog).fill("a = 2");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "Your changes are not kept yet." })).toBeVisible();
  await dialog.getByRole("button", { name: "Keep open" }).click();
  await expect(field(dialog)).toHaveValue("a = 2");
  page.once("dialog", (question) => question.dismiss());
  await page.goBack();
  await expect(field(dialog), "one may stay").toHaveValue("a = 2");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "Close anyway" }).click();
  await expect(dialog).toHaveCount(0);
  expect((await kept(person)).content).toBe("a = 1");
  const again = await edit(person);
  await again.getByRole("button", { name: "Cancel" }).click();
  await expect(again, "without changes nothing is asked").toHaveCount(0);
});

test("a file is imported with its format, and the vault is saved as a file", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const dialog = await edit(person);
  const text = "a:\n  b: é\n";
  await dialog.locator("input[type=file]").setInputFiles({ name: "team.yaml", mimeType: "text/yaml", buffer: Buffer.from(text) });
  await expect(field(dialog)).toHaveValue(text);
  await expect(dialog.getByRole("combobox", { name: "Format" })).toHaveValue("yaml");
  await dialog.locator("input[type=file]").setInputFiles({ name: "odd.conf", mimeType: "text/plain", buffer: Buffer.from([0x61, 0xff, 0]) });
  await expect(dialog.getByRole("alert").filter({ hasText: "not text in UTF-8" })).toBeVisible();
  await expect(field(dialog), "what is there stays").toHaveValue(text);
  await dialog.getByRole("button", { name: "OK", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const waiting = page.waitForEvent("download");
  await ownPanel(person).getByRole("link", { name: "Download" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/\.yaml$/);
  expect(await readFile(await download.path(), "utf8")).toBe(text);
});

test("N05 every save is a version: who and when, what differs, and back byte for byte", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const first = "a = 1\r\nb = 2\r\n# end\r\n";
  await keep(person, first);
  await keep(person, "a = 1\nb = 3\n# end\n");
  await keep(person, "a = 1\nb = 4\n# end\nc = 5\n");
  await open(person, "workspace");
  await ownPanel(person).getByRole("button", { name: "Versions" }).click();
  const dialog = page.getByRole("dialog", { name: "Versions" });
  const rows = dialog.getByRole("table", { name: "Versions" }).getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText("Now");
  for (const number of [1, 2, 3]) await expect(rows.nth(number)).toContainText(`by ${person.account.name}`);
  await accessibleInBothThemes(page, "the versions of a vault");
  await narrow(page, "the versions of a vault");

  await dialog.getByRole("button", { name: "Compare version 2" }).click();
  await expect(page).toHaveURL(/tab=2/);
  const differences = page.getByRole("region", { name: "Differences" });
  await expect(differences.getByText("Before: b = 3")).toBeVisible();
  await expect(differences.getByText("Now: b = 4")).toBeVisible();
  await expect(differences.getByText("Now: c = 5")).toBeVisible();
  await accessibleInBothThemes(page, "two versions");
  await narrow(page, "two versions");
  await page.reload();
  await expect(differences).toBeVisible();
  await page.goBack();
  await expect(rows).toHaveCount(4);

  await dialog.getByRole("button", { name: "Compare version 1" }).click();
  await page.getByRole("button", { name: "Restore this version" }).click();
  await expect(page.getByText("Version 4 is the newest, as version 1")).toBeVisible();
  const now = await kept(person);
  expect([now.content, now.vault.version]).toEqual([first, 4]);
  await expect(box(page)).toHaveValue("a = 1\nb = 2\n# end\n");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await kept(person)).content).toBe("a = 1\nb = 4\n# end\nc = 5\n");
});

test("R088 what somebody else saved meanwhile is not overwritten, and what is written stays until theirs is loaded", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 412/);
  const person = await signIn(await newcomer());
  await keep(person, "a = 1");
  await open(person, "workspace");
  const own = await edit(person);
  await field(own).fill("a = 2");
  await keep(person, "a = 3");
  // The short way to save, which the browser does not take for itself.
  await field(own).press("Control+s");
  await expect(own.getByText("Changed by somebody else meanwhile.")).toBeVisible();
  await expect(field(own)).toHaveValue("a = 2");
  expect((await kept(person)).content).toBe("a = 3");
  await own.getByRole("button", { name: "Load theirs" }).click();
  await expect(field(own)).toHaveValue("a = 3");
  await field(own).fill("a = 4");
  await field(own).press("Control+s");
  await expect(own).toHaveCount(0);
  expect((await kept(person)).content).toBe("a = 4");

  const vault = await makeVault(person, "Base", "a = 1");
  const address = `${within(person)}/${vault.id}`;
  await open(person, "vaults");
  await person.page.getByRole("button", { name: "Edit Base" }).click();
  const dialog = person.page.getByRole("dialog", { name: "Edit vault" });
  await field(dialog).fill("a = 2");
  expect((await person.api("PATCH", address, { name: "Ground" })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save vault" }).click();
  await expect(dialog.getByText("Changed by somebody else meanwhile.")).toBeVisible();
  await expect(field(dialog)).toHaveValue("a = 2");
  await dialog.getByRole("button", { name: "Load theirs" }).click();
  await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveValue("Ground");
  await expect(field(dialog)).toHaveValue("a = 1");
});

test("P03 a vault is moved over the edge of a page", async ({ newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  const { page } = admin;
  for (let number = 1; number <= 52; number += 1) await makeVault(admin, `V${number}`, "a = 1");
  await open(admin, "vaults");
  await page.getByRole("button", { name: "Move V50 down" }).click();
  await expect(page.getByRole("status").filter({ hasText: "V50 is number 51 of 52 now" })).toBeAttached();
  await expect(names(page).last()).toHaveText("V51");
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(names(page)).toHaveText(["V50", "V52"]);
  await page.getByRole("button", { name: "Move V50 up" }).click();
  await expect(page.getByRole("status").filter({ hasText: "V50 is number 50 of 52 now" })).toBeAttached();
  await page.getByRole("button", { name: "First page" }).click();
  await expect(names(page).last()).toHaveText("V50");
});

test("R163 the administrators' vaults that apply to oneself are listed with their groups, to be read", async ({ newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await join(admin, plain);
  await makeVault(admin, "Everybody", "by.all = 1");
  await makeVault(admin, "Rules", "by.rule = 2", { is_enforced: true });
  await makeVault(admin, "Chiefs", "by.chiefs = 3", { group_id: await groupOf(admin, "admins") });
  const { page } = plain;
  await page.goto(settings(admin.workspace, "workspace"));
  await there(page, "Workspace");
  const items = page.getByRole("listitem").filter({ hasText: "For the group" });
  await expect(items).toHaveText([/Everybody.*For the group Users/, /Rules.*Enforced/]);
  await expect(page.getByText("Chiefs")).toHaveCount(0);
  await page.getByRole("button", { name: "View Everybody" }).click();
  const dialog = page.getByRole("dialog", { name: "Everybody" });
  await expect(field(dialog)).toHaveValue("by.all = 1");
  await expect(field(dialog)).toHaveAttribute("readonly", "");
  await accessibleInBothThemes(page, "a vault of administrators");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await open(plain, "workspace");
  await expect(ownPanel(plain).getByText("None. What administrators write for a group that you are in is listed here.")).toBeVisible();
});

test("P03 R162 an administrator makes a vault for a group; the table sums it up and never shows what is in it", async ({ newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  const { page } = admin;
  await open(admin, "profile");
  await sectionLink(page, "vaults").click();
  await there(page, "Configuration Vaults");
  await expect(page.getByText("No vaults yet")).toBeVisible();
  await accessibleInBothThemes(page, "no vaults");
  await page.getByRole("button", { name: "Create vault" }).click();
  const dialog = page.getByRole("dialog", { name: "Create vault" });
  await dialog.getByRole("button", { name: "Create vault" }).click();
  await expect(dialog.getByRole("textbox", { name: "Name" }), "C21 the first that is wrong gets the focus").toBeFocused();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Storage defaults");
  await dialog.getByRole("combobox", { name: "Group" }).selectOption({ label: "Users (1 member)" });
  await field(dialog).fill("hidden.words = 1\n".repeat(28));
  await accessibleInBothThemes(page, "making a vault");
  await narrow(page, "making a vault");
  await dialog.getByRole("button", { name: "Create vault" }).click();
  await expect(dialog).toHaveCount(0);
  const made = row(page, "Storage defaults");
  await expect(made).toContainText("Configuration");
  await expect(made).toContainText("Users");
  await expect(made).toContainText("28 lines (476 B)");
  await expect(made).toContainText(`by ${admin.account.name}`);
  await expect(page.getByText("hidden.words")).toHaveCount(0);
  const [vault] = (await admin.api("GET", within(admin))).body.items;
  await made.getByTitle(/click to copy/).click();
  await expect.poll(() => clipboard(page)).toBe(vault.id);
  const entries = JSON.stringify([{ provider: "s3", bucket: "data", key: "k", secret: "very-hidden" }]);
  await makeVault(admin, "Buckets", entries, { target: "storage", format: "json" });
  await page.reload();
  await expect(row(page, "Buckets")).toContainText("1 credentials");
  await expect(row(page, "Buckets")).toContainText("Storage");
  await accessibleInBothThemes(page, "vaults");
  await narrow(page, "vaults");
});

test("P03 a vault is switched, enforced, edited, saved as a file and deleted", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 404/);
  const admin = await signIn(await newcomer());
  const { page } = admin;
  const vault = await makeVault(admin, "Base", "a = 1");
  const now = async () => (await admin.api("GET", `${within(admin)}/${vault.id}`)).body;
  await open(admin, "vaults");
  await page.getByRole("switch", { name: "Apply Base" }).click();
  await expect(page.getByText("Base does not apply any more")).toBeVisible();
  expect((await now()).vault.is_active).toBe(false);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(async () => (await now()).vault.is_active).toBe(true);
  await page.getByRole("switch", { name: "Enforce Base" }).press("Enter");
  await expect(row(page, "Base").getByText("Enforced", { exact: true })).toBeVisible();
  await expect.poll(async () => (await now()).vault.is_enforced).toBe(true);

  await page.getByRole("button", { name: "Edit Base" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit vault" });
  await expect(field(dialog)).toHaveValue("a = 1");
  await expect(dialog.getByRole("checkbox", { name: "Enforced" })).toBeChecked();
  await page.reload();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Ground");
  await dialog.getByRole("combobox", { name: "Format" }).selectOption("JSON");
  await field(dialog).fill('{"a": 2}');
  await dialog.getByRole("button", { name: "Save vault" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row(page, "Ground")).toBeVisible();
  expect(await now()).toMatchObject({ content: '{"a": 2}', vault: { format: "json", name: "Ground", is_enforced: true } });

  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download Ground" }).click();
  expect(await readFile(await (await waiting).path(), "utf8")).toBe('{"a": 2}');
  await page.getByRole("button", { name: "Versions of Ground" }).click();
  await expect(page.getByRole("dialog", { name: "Versions" }).getByRole("button", { name: "Compare version 1" })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Delete Ground" }).click();
  const question = page.getByRole("dialog", { name: "Delete the vault “Ground”?" });
  await expect(question.getByRole("button", { name: /^Delete vault/ })).toHaveAttribute("aria-disabled", "true");
  await accessibleInBothThemes(page, "deleting a vault");
  await question.getByRole("textbox").fill("Ground");
  await question.getByRole("button", { name: "Delete vault" }).click();
  await expect(page.getByText("No vaults yet")).toBeVisible();
  expect((await now()).code).toBe("not_found");
});

test("P03 the order is changed with the keyboard and by dragging, and told aloud", async ({ newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  const { page } = admin;
  for (const name of ["One", "Two", "Three"]) await makeVault(admin, name, "a = 1");
  await open(admin, "vaults");
  await expect(names(page)).toHaveText(["One", "Two", "Three"]);
  const down = page.getByRole("button", { name: "Move One down" });
  await down.focus();
  await page.keyboard.press("Enter");
  await expect(names(page)).toHaveText(["Two", "One", "Three"]);
  await expect(page.getByRole("status").filter({ hasText: "One is number 2 of 3 now" })).toBeAttached();
  await expect(down, "the focus stays").toBeFocused();
  expect(await order(admin)).toEqual(["Two", "One", "Three"]);
  await page.getByRole("button", { name: "Move Two up" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Two is at the end of the list already" })).toBeAttached();
  await row(page, "Three").locator("[draggable=true]").dragTo(row(page, "Two"));
  await expect(names(page)).toHaveText(["Three", "Two", "One"]);
  await expect.poll(() => order(admin)).toEqual(["Three", "Two", "One"]);
});

test("C13 an order that is refused goes back and says why", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const admin = await signIn(await newcomer());
  const { page } = admin;
  for (const name of ["One", "Two"]) await makeVault(admin, name, "a = 1");
  await open(admin, "vaults");
  await refuse(page, /\/move$/, "POST", 409, { code: "busy", title: "Not now." });
  await page.getByRole("button", { name: "Move One down" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Not now." })).toBeVisible();
  await expect(names(page)).toHaveText(["One", "Two"]);
});

test("P08 C16 vaults are searched by name and group, in the address, and no match is told from nothing", async ({ newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  const { page } = admin;
  await makeVault(admin, "Alpha", "a = 1");
  await makeVault(admin, "Beta", "a = 1", { group_id: await groupOf(admin, "admins") });
  await open(admin, "vaults");
  const search = page.getByRole("searchbox", { name: "Search vaults" });
  await search.fill("ALPHA");
  await expect(names(page)).toHaveText(["Alpha"]);
  await expect(page).toHaveURL(/q=ALPH/);
  await expect(page.getByRole("button", { name: /^Move/ }), "part of the list has no order").toHaveCount(0);
  await search.fill("admin");
  await expect(names(page)).toHaveText(["Beta"]);
  await page.reload();
  await expect(names(page)).toHaveText(["Beta"]);
  await search.fill("nothing like it");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(names(page)).toHaveText(["Alpha", "Beta"]);
});

test("C17 vaults that do not come say so, and try again", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 500/);
  const admin = await signIn(await newcomer());
  const { page } = admin;
  const list = /\/api\/.*\/vaults(\?|$)/;
  await refuse(page, list, "GET", 500, { code: "internal", title: "Something went wrong here.", request_id: "77aa" });
  await page.goto(settings(admin.workspace, "vaults"));
  await expect(page.getByRole("alert").filter({ hasText: "(Request 77aa)" })).toBeVisible();
  await page.unroute(list);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("No vaults yet")).toBeVisible();
});
