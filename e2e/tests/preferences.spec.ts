// "User preferences" on the Configuration page: what each switch starts as, that it is kept at once and can be undone,
// and what it does.
import type { Page } from "@playwright/test";
import { NAMES, fits, open, refuse, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { makeKey, withKey } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const card = (page: Page) => page.getByRole("region", { name: "User preferences" });
const toggle = (page: Page, name: string) => card(page).getByRole("switch", { name });
/** The next answer that says that preferences are kept. */
const kept = (page: Page) =>
  page.waitForResponse((answer) => answer.url().endsWith("/me/preferences") && answer.request().method() === "PATCH");
const preferencesOf = async (person: Person) => (await person.api("GET", "/api/v1/me/preferences")).body;
const textSize = (page: Page) => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
/** Lets the browser forget that it showed a tip. */
const forgetTip = (page: Page) => page.evaluate(() => localStorage.removeItem("tip"));
const tip = (page: Page) => page.getByRole("dialog", { name: "Pro tip" });

test("R013 R014 R015 R016 P07 the block and how its switches start", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await expect(card(page).getByRole("heading", { name: "User preferences" })).toBeVisible();
  const starts = {
    "Show Hidden Projects": false,
    "Hide examples": false,
    "HiDPI browser scale override": true,
    "Don't show pro tips periodically": false,
    "Block scripts of previewed pages": true,
    "Hide container arguments in logs": true,
  };
  for (const [name, on] of Object.entries(starts)) {
    await expect(toggle(page, name), name).toHaveAttribute("aria-checked", String(on));
    await expect(toggle(page, name), `${name} is explained`).toHaveAccessibleDescription(/\w.*\./);
  }
  expect(await preferencesOf(person), "looking at them writes nothing").toEqual({});
  await accessibleInBothThemes(page, "the preferences");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the preferences");
});

test("R018 a switch is kept at once, follows to another browser, and ClearML's own calls read it", async ({ newcomer, signIn, server }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  await open(person, "configuration");
  const saved = kept(page);
  await toggle(page, "Show Hidden Projects").click();
  await expect(toggle(page, "Show Hidden Projects")).toHaveAttribute("aria-checked", "true");
  expect((await saved).status()).toBe(200);
  const savedToo = kept(page);
  await toggle(page, "Don't show pro tips periodically").click();
  expect((await savedToo).status()).toBe(200);

  const elsewhere = await signIn(account);
  await open(elsewhere, "configuration");
  await expect(toggle(elsewhere.page, "Show Hidden Projects")).toHaveAttribute("aria-checked", "true");

  const pair = await makeKey(person, person.workspace);
  const { preferences } = (await withKey(server, pair, "/api/users.get_preferences")).body.data;
  expect(preferences.rootProjects.showHidden).toBe(true);
  expect(preferences.views.neverShowPopupAgain).toEqual(["tip-of-the-day"]);
});

test("R018 what ClearML's own app keeps beside them stays, and what it wrote is shown", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const theirs = { rootProjects: { graphVariant: { a: 1 }, hideExamples: true }, views: { neverShowPopupAgain: ["other"] } };
  await person.api("PATCH", "/api/v1/me/preferences", theirs);
  await open(person, "configuration");
  await expect(toggle(page, "Hide examples")).toHaveAttribute("aria-checked", "true");
  const saved = kept(page);
  await toggle(page, "Block scripts of previewed pages").click();
  await saved;
  expect(await preferencesOf(person)).toEqual({ ...theirs, rootProjects: { ...theirs.rootProjects, blockUserScript: false } });
});

test("C12 a switch can be undone after five seconds", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await toggle(page, "Hide examples").click();
  await page.waitForTimeout(5_000);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(toggle(page, "Hide examples")).toHaveAttribute("aria-checked", "false");
  await expect.poll(async () => (await preferencesOf(person)).rootProjects?.hideExamples).toBe(false);
});

test("C13 a switch that could not be kept goes back, and the page says why", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await refuse(page, /\/me\/preferences$/, "PATCH", 409, { code: "invalid", title: "It cannot be kept now." });
  await toggle(page, "Hide examples").click();
  await expect(card(page).getByRole("alert")).toHaveText(/Hide examples could not be saved.*It cannot be kept now\./);
  await expect(toggle(page, "Hide examples")).toHaveAttribute("aria-checked", "false");
});

test("C17 preferences that could not be loaded are asked for again", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 503/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await refuse(page, /\/me\/preferences$/, "GET", 503, { code: "unavailable", title: "The server is busy." });
  await open(person, "configuration");
  await expect(card(page).getByRole("alert")).toBeVisible();
  await page.unroute(/\/me\/preferences$/);
  await card(page).getByRole("button", { name: "Try again" }).click();
  await expect(toggle(page, "Hide examples")).toBeVisible();
});

test("R015 the page is scaled on a screen with many pixels, and not if one says so", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const dense = await signIn(account, { deviceScaleFactor: 1.5, viewport: { width: 1280, height: 800 } });
  const { page } = dense;
  await open(dense, "configuration");
  expect(await textSize(page)).toBeLessThan(14);
  await toggle(page, "HiDPI browser scale override").click();
  await expect.poll(() => textSize(page)).toBe(16);
  await expect.poll(async () => (await preferencesOf(dense)).hidpi_override).toBe(false);
  await page.reload();
  await there(page, NAMES.configuration);
  expect(await textSize(page), "from the first paint on").toBe(16);
  await toggle(page, "HiDPI browser scale override").click();
  await expect.poll(() => textSize(page)).toBeLessThan(14);
  await accessibleInBothThemes(page, "the page, scaled");

  const plain = await signIn(account);
  await open(plain, "configuration");
  expect(await textSize(plain.page), "an ordinary screen is left alone").toBe(16);
});

test("R016 a tip comes after signing in, once", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  await forgetTip(page);
  await page.goto(settings(person.workspace, "profile"));
  await expect(tip(page)).toBeVisible();
  await accessibleInBothThemes(page, "a tip");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "a tip");
  const first = await tip(page).getByRole("paragraph").textContent();
  await tip(page).getByRole("button", { name: "Next tip" }).click();
  await expect(tip(page).getByRole("paragraph")).not.toHaveText(first!);
  const saved = kept(page);
  await page.keyboard.press("Escape");
  await expect(tip(page)).toHaveCount(0);
  await saved;
  await page.reload();
  await there(page, "Profile");
  await expect(tip(page), "not at every load").toHaveCount(0);

  const elsewhere = await signIn(account);
  await forgetTip(elsewhere.page);
  await open(elsewhere, "profile");
  await expect(tip(elsewhere.page), "not twice a day").toHaveCount(0);
});

test("R016 no tip comes to whoever wants none, and the tip itself says how", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  await forgetTip(page);
  await page.goto(settings(person.workspace, "configuration"));
  await tip(page).getByRole("button", { name: "Don't show pro tips" }).click();
  await expect(tip(page)).toHaveCount(0);
  await expect(toggle(page, "Don't show pro tips periodically")).toHaveAttribute("aria-checked", "true");
  await expect.poll(async () => (await preferencesOf(person)).views?.neverShowPopupAgain).toEqual(["tip-of-the-day"]);
  // As if the last tip had been long ago.
  await person.api("PATCH", "/api/v1/me/preferences", { tip: null });
  const again = await signIn(account);
  await forgetTip(again.page);
  await open(again, "configuration");
  await expect(toggle(again.page, "Don't show pro tips periodically")).toBeVisible();
  await expect(tip(again.page)).toHaveCount(0);
});

test("P07 container arguments are masked by name", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  const line = card(page).getByRole("group", { name: "Example" });
  await expect(line).toContainText("AWS_SECRET_ACCESS_KEY=********");
  await toggle(page, "Hide container arguments in logs").click();
  await expect(line).toContainText("AWS_SECRET_ACCESS_KEY=s3cret");
  await toggle(page, "Hide container arguments in logs").click();

  const field = card(page).getByRole("textbox", { name: "Argument to hide" });
  await field.fill("A=b");
  await field.press("Enter");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toBeFocused();
  await field.fill("MY_*");
  await field.press("Enter");
  await expect(line).toContainText("MY_X=********");
  const list = card(page).getByRole("list", { name: "Hidden arguments" });
  await expect(list.getByRole("listitem")).toHaveCount(5);
  await list.getByRole("button", { name: "Show AWS_SECRET_ACCESS_KEY again" }).click();
  await expect(line).toContainText("AWS_SECRET_ACCESS_KEY=s3cret");
  await expect(list.getByRole("button", { name: "Show AZURE_STORAGE_KEY again" }), "the focus goes on").toBeFocused();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(line).toContainText("AWS_SECRET_ACCESS_KEY=********");
  await expect
    .poll(async () => (await preferencesOf(person)).views?.redactedArguments?.map((one: { key: string }) => one.key))
    .toEqual(["CLEARML_API_SECRET_KEY", "CLEARML_AGENT_GIT_PASS", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_KEY", "MY_*"]);
});
