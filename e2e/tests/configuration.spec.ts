// The Configuration page: how the app looks, and the three addresses that clients are configured with.
import { NAMES, open, openMenu, refuse, settings, there } from "../lib/app.js";
import { expect, test } from "../lib/test.js";

const theme = (page: import("@playwright/test").Page) => page.evaluate(() => document.documentElement.dataset.theme ?? "system");

test("the theme takes effect at once and is kept by this browser and by the account", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  await open(person, "configuration");
  const kept = page.waitForResponse((answer) => answer.url().endsWith("/me/preferences") && answer.request().method() === "PATCH");
  await page.getByRole("radio", { name: "Dark" }).check();
  expect(await theme(page)).toBe("dark");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  expect((await kept).status()).toBe(200);
  await page.reload();
  await there(page, NAMES.configuration);
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();

  const elsewhere = await signIn(account);
  await open(elsewhere, "configuration");
  await expect.poll(() => theme(elsewhere.page), "another browser follows").toBe("dark");
});

test("C12 choosing a theme can be undone", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await page.getByRole("radio", { name: "Light" }).check();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.waitForTimeout(5_000);
  await page.getByRole("button", { name: "Undo" }).last().click();
  expect(await theme(page), "after five seconds Undo is still there").toBe("light");
  await expect(page.getByRole("radio", { name: "Light" })).toBeChecked();
});

test("C13 a theme that could not be kept goes back, and the page says why", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await refuse(page, /\/me\/preferences$/, "PATCH", 409, { code: "invalid", title: "It cannot be kept now." });
  await page.getByRole("radio", { name: "Dark" }).click();
  await expect(page.getByRole("alert")).toHaveText(/The theme could not be saved.*It cannot be kept now\./);
  await expect(page.getByRole("radio", { name: "As the system" })).toBeChecked();
  expect(await theme(page)).toBe("system");
});

test("the theme can be chosen in the menu of every page", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "usage");
  const menu = await openMenu(page);
  await menu.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(menu, "it stays open, to see the choice").toBeVisible();
  await expect(menu.getByRole("menuitemradio", { name: "Dark" })).toBeChecked();
  expect(await theme(page)).toBe("dark");
});

test("the addresses for clients are shown and copied exactly", async ({ ada, server }) => {
  const { page } = ada;
  await open(ada, "configuration");
  const card = page.getByRole("region", { name: "Connection" });
  const addresses = { web_server: server.url, api_server: `${server.url}/api`, files_server: `${server.url}/files` };
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  for (const [key, value] of Object.entries(addresses)) {
    await card.getByRole("button", { name: `Copy ${key}` }).click();
    await expect.poll(clipboard).toBe(value);
  }
  await card.getByRole("button", { name: "Copy section" }).click();
  const lines = Object.entries(addresses).map(([key, value]) => `    ${key}: ${value}\n`);
  await expect.poll(clipboard).toBe(`api {\n${lines.join("")}}\n`);
  await card.getByRole("link", { name: "the workspace's credentials" }).click();
  await expect(page).toHaveURL(settings(ada.workspace, "workspace"));
});

test("C15 Copied is shown for two seconds, and the clipboard holds exactly the text", async ({ ada, server }) => {
  const { page } = ada;
  await page.clock.install();
  await open(ada, "configuration");
  const button = page.getByRole("button", { name: "Copy web_server" });
  await button.click();
  const said = page.getByRole("button", { name: "Copied" });
  await expect(said).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(server.url);
  await page.clock.fastForward(2_100);
  await expect(button).toBeVisible();
  await expect(said).toHaveCount(0);
});

test("C15 a browser that refuses to copy is told, with another way", async ({ ada }) => {
  const { page } = ada;
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(ada, "configuration");
  await page.getByRole("button", { name: "Copy web_server" }).click();
  await expect(page.getByRole("button", { name: "Not copied" })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Select the text and press Ctrl-C" })).toBeVisible();
});
