// The first run: the link that the server prints, the page behind it, and a server that needs neither.
import { type Page } from "@playwright/test";
import { accessibleInBothThemes } from "../lib/axe.js";
import { fits, setUpLink, there } from "../lib/app.js";
import { ADMIN, expect, test } from "../lib/test.js";

const first = { name: "Fay First", email: "fay@example.com", password: "the first password here" };

async function fillIn(page: Page) {
  await page.getByLabel("Your name").fill(first.name);
  await page.getByLabel("E-mail").fill(first.email);
  await page.getByRole("textbox", { name: "Password" }).fill(first.password);
}

test("first run: the printed link makes the administrator of a team's own server", async ({ page, anotherServer }) => {
  const server = await anotherServer(false);
  await page.goto(setUpLink(server.output()));
  await there(page, "Set up Clearance");
  await expect(page, "the token does not stay in the address").toHaveURL(`${server.url}/setup`);
  await expect(page.getByRole("textbox", { name: "Your name" }), "typing can begin at once").toBeFocused();
  await expect(page.getByRole("radio", { name: "My own team" })).toBeChecked();

  await fillIn(page);
  await page.getByRole("button", { name: "Set up server" }).click();
  await there(page, "Workspace");
  await expect(page.getByText(`Welcome, ${first.name}.`)).toBeVisible();
  await expect(page.getByRole("link", { name: "Active workspace: Fay First's workspace" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Usage & Billing" }), "they administer it").toBeVisible();

  await page.getByRole("button", { name: "Got it" }).click();
  await expect(page.getByText("Welcome,")).toHaveCount(0);
  await page.reload();
  await there(page, "Workspace");
  await expect(page.getByText("Welcome,"), "said once").toHaveCount(0);

  await page.goto(`${server.url}/setup`);
  await expect(page.getByText("This server is set up already.")).toBeVisible();
});

test("first run: by keyboard alone, for a server that hosts several teams", async ({ page, anotherServer }) => {
  const server = await anotherServer(false);
  await page.goto(setUpLink(server.output()));
  await there(page, "Set up Clearance");
  const { keyboard } = page;
  await expect(page.getByRole("textbox", { name: "Your name" })).toBeFocused();
  await keyboard.type(first.name);
  await keyboard.press("Tab");
  await keyboard.type(first.email);
  await keyboard.press("Tab");
  await keyboard.type(first.password);
  await keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Show password" })).toBeFocused();
  await keyboard.press("Tab");
  await expect(page.getByRole("radio", { name: "My own team" })).toBeFocused();
  await keyboard.press("ArrowDown");
  const several = page.getByRole("radio", { name: "It hosts several teams" });
  await expect(several).toBeChecked();

  const sent = page.waitForRequest((request) => request.url().endsWith("/api/v1/setup"));
  await keyboard.press("Enter");
  expect((await sent).postDataJSON().hosting).toBe("several_teams");
  await there(page, "Workspace");
});

test("first run: every way in leads to setting up, and says where the link is", async ({ page, anotherServer }) => {
  const server = await anotherServer(false);
  await page.goto(server.url);
  await there(page, "Set up Clearance");
  await expect(page.getByText("The server printed the link when it started")).toBeVisible();
  await expect(page.getByText(`${server.url}/setup#token=`)).toBeVisible();

  await page.goto(`${server.url}/sign-in`);
  await page.getByRole("link", { name: "How to set it up" }).click();
  await there(page, "Set up Clearance");
});

test("first run: a wrong token is refused in a sentence, and what was typed stays", async ({ page, anotherServer, expectErrors }) => {
  expectErrors(/\/api\/v1\/setup/);
  const server = await anotherServer(false);
  await page.goto(`${server.url}/setup#token=not-the-right-one`);
  await fillIn(page);
  await page.getByRole("button", { name: "Set up server" }).click();
  await expect(page.getByRole("alert")).toHaveText(/used already or has expired/);
  await expect(page.getByLabel("E-mail")).toHaveValue(first.email);
  await expect(page.getByRole("textbox", { name: "Password" })).toHaveValue(first.password);
});

test("first run: what is missing is told beside each field", async ({ page, anotherServer }) => {
  const server = await anotherServer(false);
  await page.goto(setUpLink(server.output()));
  await page.getByLabel("E-mail").fill("no address");
  await page.getByRole("textbox", { name: "Password" }).fill("short");
  await page.getByRole("button", { name: "Set up server" }).click();
  for (const name of ["Your name", "E-mail", "Password"]) {
    const field = page.getByRole("textbox", { name });
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(/\./);
  }
  await expect(page.getByRole("textbox", { name: "Your name" })).toBeFocused();
});

test("first run: a server that is set up offers to sign in", async ({ page }) => {
  await page.goto("/setup");
  await expect(page.getByText("This server is set up already.")).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await there(page, "Sign in");
});

test("first run: a server that was told its administrator prints no link and lets them in", async ({ page, server }) => {
  expect(server.output()).not.toContain("#token=");
  await page.goto("/");
  await there(page, "Sign in");
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByRole("textbox", { name: "Password" }).fill(ADMIN.password);
  await page.keyboard.press("Enter");
  await there(page, "Workspace");
});

test("C35 C38 the set-up page is accessible and fits a phone in each of its states", async ({ page, anotherServer }) => {
  const server = await anotherServer(false);
  const link = setUpLink(server.output());
  for (const [what, address] of [
    ["set-up without a token", `${server.url}/setup`],
    ["set-up", link],
  ] as const) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(address);
    await there(page, "Set up Clearance");
    await accessibleInBothThemes(page, what);
    await page.setViewportSize({ width: 360, height: 740 });
    await fits(page, what);
    // The same address without its token is the same document.
    await page.goto("about:blank");
  }
  await page.goto(link);
  await page.getByRole("button", { name: "Set up server" }).click();
  await expect(page.getByRole("textbox", { name: "Your name" })).toHaveAttribute("aria-invalid", "true");
  await accessibleInBothThemes(page, "set-up with errors");
  await fits(page, "set-up with errors");
});
