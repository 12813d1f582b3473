// The editor of vaults: colours, line numbers, faults at their place, keys that indent and let go, and long texts.
import { type Locator, type Page } from "@playwright/test";
import { fits, open } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { type Person, expect, test } from "../lib/test.js";
import { edit, field, keep, kept } from "../lib/vaults.js";

const lines = (dialog: Locator): Locator => dialog.locator(".editor-paint .editor-line");
const numbers = (dialog: Locator): Locator => dialog.locator(".editor-gutter");
const caret = (page: Page) =>
  page.evaluate(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    return [field.selectionStart, field.selectionEnd];
  });

async function editor(person: Person, content: string): Promise<Locator> {
  await keep(person, content);
  await open(person, "workspace");
  return edit(person);
}

/** From a key until what it changed is painted, in milliseconds: the middle of several. */
const typing = (page: Page) =>
  page.evaluate(async () => {
    const field = document.querySelector<HTMLTextAreaElement>("dialog[open] textarea")!;
    field.focus();
    field.setSelectionRange(0, 0);
    const times: number[] = [];
    for (let count = 0; count < 15; count++) {
      await new Promise((done) => requestAnimationFrame(done));
      const start = performance.now();
      field.setRangeText("x", 0, 0, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      times.push(performance.now() - start);
    }
    return times.sort((one, other) => one - other)[7]!;
  });

test("the text is coloured by what it is, beside the numbers of its lines", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const dialog = await editor(person, '# why\nsdk { port = 5, on = true\n  name = "x" ${?HOME} }');
  await expect(numbers(dialog)).toHaveText(/1\s*2\s*3/);
  await expect(lines(dialog)).toHaveText(["# why", "sdk { port = 5, on = true", '  name = "x" ${?HOME} }']);
  await expect(lines(dialog).locator(".c-comment")).toHaveText("# why");
  await expect(lines(dialog).locator(".c-key")).toHaveText(["sdk", "port", "on", "name"]);
  await expect(lines(dialog).locator(".c-number")).toHaveText("5");
  await expect(lines(dialog).locator(".c-keyword")).toHaveText("true");
  await expect(lines(dialog).locator(".c-reference")).toHaveText("${?HOME}");
  await dialog.getByRole("combobox", { name: "Format" }).selectOption("JSON");
  await expect(lines(dialog).locator(".c-comment")).toHaveCount(0);
  await accessibleInBothThemes(person.page, "colours");
});

test("a text over several lines stays a text when something above it changes", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const dialog = await editor(person, 'a = 1\nb = """one\nc = 2\n"""');
  await expect(lines(dialog).nth(2).locator(".c-text")).toHaveText("c = 2");
  await field(dialog).fill('a = 1\nb = "one"\nc = 2\n');
  await expect(lines(dialog).nth(2).locator(".c-key")).toHaveText("c");
});

test("the first fault is marked at its line and column while one types, and told to those who cannot see it", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const dialog = await editor(person, "a = 1");
  await field(dialog).press("End");
  await page.keyboard.type("\nb = [1");
  await expect(field(dialog)).toHaveAttribute("aria-invalid", "true");
  await expect(field(dialog)).toHaveAccessibleDescription(/Line 2, column \d+: .*\./);
  await expect(dialog.locator(".editor-wrong")).toHaveText(/^b = \[1/);
  await expect(dialog.locator(".editor-mark")).toHaveCount(1);
  await expect(dialog.getByRole("status").filter({ hasText: "Line 2, column" })).toBeAttached();
  await accessibleInBothThemes(page, "a fault");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "a fault");
  await page.keyboard.type("]");
  await expect(dialog.locator(".editor-mark")).toHaveCount(0);
  await expect(field(dialog)).not.toHaveAttribute("aria-invalid");
});

test("N04 findings are listed, each with the way to its line", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const dialog = await editor(person, "sdk.storage.cache.default_base_dir = /x\n\nagent.worker_id = mine\n");
  const finding = dialog.getByRole("list", { name: "Findings" }).getByRole("listitem").filter({ hasText: "agent.worker_id" });
  await expect(finding, "one of the six keys that a vault cannot set").toContainText("Warning");
  await accessibleInBothThemes(page, "findings");
  await finding.getByRole("button", { name: "Line 3" }).click();
  await expect(field(dialog)).toBeFocused();
  const [start] = await caret(page);
  expect(start).toBeGreaterThan("sdk.storage.cache.default_base_dir = /x\n".length);
});

test("Tab indents, Shift-Tab takes it back, Enter keeps the indent, and the browser undoes all of it", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const dialog = await editor(person, "");
  const text = field(dialog);
  await text.focus();
  await page.keyboard.type("a {");
  await page.keyboard.press("Enter");
  await page.keyboard.type("b = 1");
  await page.keyboard.press("Enter");
  await page.keyboard.type("c = 2");
  await expect(text).toHaveValue("a {\n  b = 1\n  c = 2");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Tab");
  await expect(text).toHaveValue("  a {\n    b = 1\n    c = 2");
  await page.keyboard.press("Shift+Tab");
  await expect(text).toHaveValue("a {\n  b = 1\n  c = 2");
  await page.keyboard.press("Control+z");
  await expect(text).toHaveValue("  a {\n    b = 1\n    c = 2");
  await page.keyboard.press("Control+z");
  await expect(text).toHaveValue("a {\n  b = 1\n  c = 2");
  await expect(text).toBeFocused();
});

test("Escape, then Tab leaves the editor, which is said; a second Escape is for the dialog", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const dialog = await editor(person, "a = 1");
  await field(dialog).focus();
  await expect(field(dialog)).toHaveAccessibleDescription(/to leave with Tab, press Esc before it/);
  await page.keyboard.press("Escape");
  await expect(dialog, "the dialog stays").toBeVisible();
  await expect(dialog.getByRole("status").filter({ hasText: "Tab leaves the editor now." })).toBeAttached();
  await page.keyboard.press("Tab");
  await expect(field(dialog)).not.toBeFocused();
  await expect(field(dialog)).toHaveValue("a = 1");
  await page.keyboard.press("Shift+Tab");
  await expect(field(dialog)).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("long lines scroll sideways with their colours, and only what is in view is drawn", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const content = Array.from({ length: 2000 }, (_, number) => `key${number} = "${"long ".repeat(60)}"`).join("\n");
  const dialog = await editor(person, content);
  await expect(lines(dialog).first()).toContainText("key0 = ");
  expect(await lines(dialog).count()).toBeLessThan(60);
  await field(dialog).evaluate((field) => field.scrollTo(400, 20_000));
  await expect(lines(dialog).first()).toContainText("key1000 = ");
  const places = await dialog.evaluate((dialog) => {
    const line = dialog.querySelector(".editor-paint .editor-line")!.getBoundingClientRect();
    const field = dialog.querySelector("textarea")!;
    return { left: line.left - field.getBoundingClientRect().left, scrolled: field.scrollLeft };
  });
  expect(places.scrolled).toBe(400);
  expect(places.left).toBeCloseTo(8 - 400, 0);
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "long lines");
});

test("typing in 300 lines takes less than a frame", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const content = Array.from({ length: 300 }, (_, number) => `section${number} { key = "value ${number}", other = ${number} }`).join("\n");
  const dialog = await editor(person, content);
  await expect(lines(dialog).first()).toContainText("section0");
  expect(await typing(person.page)).toBeLessThan(16);
});

test("1 MB can be written, saved and scrolled", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const line = `# ${"words ".repeat(8)}\n`;
  const content = `abcdef.ghijkl = 1\n${line.repeat(Math.floor((1024 * 1024) / line.length) - 1)}`;
  const dialog = await editor(person, "a = 1");
  await dialog.locator("input[type=file]").setInputFiles({ name: "large.conf", mimeType: "text/plain", buffer: Buffer.from(content) });
  await expect(lines(dialog).first()).toContainText("abcdef.ghijkl");
  await field(dialog).evaluate((field) => field.scrollTo(0, field.scrollHeight));
  await expect(numbers(dialog)).toContainText(String(content.split("\n").length));
  expect(await lines(dialog).count()).toBeLessThan(60);
  await dialog.getByRole("button", { name: "OK", exact: true }).click();
  await expect(dialog).toHaveCount(0, { timeout: 30_000 });
  expect((await kept(person)).vault.bytes).toBe(content.length);
  const again = await edit(person);
  await again.locator("input[type=file]").setInputFiles({ name: "larger.conf", mimeType: "text/plain", buffer: Buffer.alloc(1024 * 1024 + 1, 35) });
  await expect(again.getByRole("alert").filter({ hasText: "larger than 1 MiB" })).toBeVisible();
  await page.keyboard.press("Escape");
});
