// Signing in and out, the ways back in, the password, and the browsers in which one is signed in.
import { type Page } from "@playwright/test";
import { open, openMenu, settings, there } from "../lib/app.js";
import { startMailServer } from "../lib/mail.js";
import { ADMIN, type Account, caller, expect, test } from "../lib/test.js";

const password = (page: Page) => page.getByRole("textbox", { name: "Password", exact: true });

async function signInBy(page: Page, email: string, secret: string) {
  await page.getByLabel("E-mail").fill(email);
  await password(page).fill(secret);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test("signing in leads to the address that was asked for", async ({ page, ada }) => {
  const wanted = settings(ada.workspace, "configuration");
  await page.goto(wanted);
  await there(page, "Sign in");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await signInBy(page, ADMIN.email, ADMIN.password);
  await there(page, "Configuration");
  await expect(page).toHaveURL(wanted);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in" }), "the sign-in page is no step of the history").toHaveCount(0);
});

test("an address of another site is no place to go after signing in", async ({ page }) => {
  await page.goto("/sign-in?next=https://example.com/");
  await signInBy(page, ADMIN.email, ADMIN.password);
  await there(page, "Workspace");
});

test("a wrong password and an unknown account are told in the same sentence", async ({ page, newcomer, expectErrors }) => {
  expectErrors(/status of 401/);
  const nora = await newcomer();
  const sentence = "That e-mail address and password do not match an account.";
  await page.goto("/sign-in");
  for (const email of [nora.email, "nobody@example.com"]) {
    await signInBy(page, email, "not the password");
    await expect(page.getByRole("alert")).toHaveText(sentence);
    await expect(page.getByLabel("E-mail"), "nothing typed is lost").toHaveValue(email);
  }
  await signInBy(page, nora.email, nora.password);
  await there(page, "Workspace");
});

test("too many wrong passwords are held off, also for the right one", async ({ page, newcomer, expectErrors }) => {
  expectErrors(/status of 4(01|29)/);
  const nora = await newcomer();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(nora.email);
  await password(page).fill(nora.password);
  const tries = Array.from({ length: 6 }, () => ({ email: nora.email, password: "not the password" }));
  for (const wrong of tries) expect((await caller(page)("POST", "/api/v1/session", wrong)).status).toBe(401);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText(/Too many attempts/);
});

test("signing out ends the session here and shows nothing afterwards", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  await (await openMenu(page)).getByRole("menuitem", { name: "Sign out" }).click();
  await there(page, "Sign in");
  expect(await ada.context.cookies()).toEqual([]);
  await page.goBack();
  await there(page, "Sign in");
  await expect(page.getByText(ADMIN.email)).toHaveCount(0);
});

test("forgotten password: without a mail server the page gives the operator's command, and its link works", async ({
  page,
  server,
  newcomer,
  expectErrors,
}) => {
  expectErrors(/status of 4(01|10)/);
  const nora = await newcomer();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await there(page, "Forgot your password?");
  await page.getByLabel("E-mail").fill(nora.email);
  await page.keyboard.press("Enter");
  await expect(page.getByText("This server sends no mail.")).toBeVisible();
  await page.getByRole("button", { name: "Copy command" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toBe(`clearance user reset-password ${nora.email}`);

  const told = await server.command(...command.split(" ").slice(1));
  const link = /http\S+/.exec(told)?.[0] ?? "";
  await page.goto(link);
  await there(page, "Choose a new password");
  await expect(page, "the token does not stay in the address").toHaveURL(`${server.url}/reset-password`);
  await page.getByLabel("New password").fill("my new long password");
  await page.getByRole("button", { name: "Set new password" }).click();
  await expect(page.getByText("Your new password is set.")).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signInBy(page, nora.email, nora.password);
  await expect(page.getByRole("alert"), "the old password is no good").toBeVisible();
  await signInBy(page, nora.email, "my new long password");
  await there(page, "Workspace");

  await page.goto("about:blank");
  await page.goto(link);
  await page.getByLabel("New password").fill("another new password");
  await page.getByRole("button", { name: "Set new password" }).click();
  await expect(page.getByText("This link was used already or has expired.")).toBeVisible();
  await page.getByRole("link", { name: "Ask for a new link" }).click();
  await there(page, "Forgot your password?");
});

test("forgotten password: with a mail server the link comes by mail, and no answer tells who has an account", async ({
  page,
  anotherServer,
}) => {
  const mail = await startMailServer();
  const server = await anotherServer(true, {
    CLEARANCE_SMTP__HOST: "127.0.0.1",
    CLEARANCE_SMTP__PORT: String(mail.port),
    CLEARANCE_SMTP__SECURITY: "none",
    CLEARANCE_SMTP__FROM: "clearance@example.com",
  });
  for (const email of ["nobody@example.com", ADMIN.email]) {
    await page.goto(`${server.url}/forgot-password`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("button", { name: "Ask for a link" }).click();
    await expect(page.getByText(`If there is an account for ${email}, a link is on its way.`)).toBeVisible();
  }
  const text = (await mail.to(ADMIN.email)).replace(/=\n/g, "").replace(/=3D/g, "=");
  await page.goto(/http\S+#token=[\w-]+/.exec(text)?.[0] ?? "about:blank");
  await page.getByLabel("New password").fill("chosen after the mail");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Your new password is set.")).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await signInBy(page, ADMIN.email, "chosen after the mail");
  await there(page, "Workspace");
  await mail.stop();
});

test("an incomplete link to choose a password says so and offers a new one", async ({ page }) => {
  await page.goto("/reset-password");
  await expect(page.getByText("The link is not complete.")).toBeVisible();
  await page.getByRole("link", { name: "Ask for a new link" }).click();
  await there(page, "Forgot your password?");
});

test("changing the password needs the current one and signs out every other browser", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 40[13]/);
  const nora = await newcomer();
  const here = await signIn(nora);
  const elsewhere = await signIn(nora);
  const { page } = here;
  await open(elsewhere, "configuration");
  await open(here, "profile");
  const browsers = page.getByRole("table", { name: "Your browsers" }).getByRole("row");
  await expect(browsers, "a head and two browsers").toHaveCount(3);

  const current = page.getByRole("textbox", { name: "Current password" });
  const next = page.getByRole("textbox", { name: "New password" });
  await current.fill("not the password");
  await next.fill("the next long password");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(current).toHaveAccessibleDescription("The current password is not right.");
  await expect(current).toBeFocused();
  await expect(next, "nothing typed is lost").toHaveValue("the next long password");

  await current.fill(nora.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed. Every other browser was signed out.")).toBeVisible();
  await expect(current).toHaveValue("");
  await expect(next).toHaveValue("");
  await expect(browsers).toHaveCount(2);

  await elsewhere.page.goto(settings(elsewhere.workspace, "profile"));
  await there(elsewhere.page, "Sign in");
  const again: Account = { ...nora, password: "the next long password" };
  await signIn(again);
});

test("another browser is signed out from the list", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 401/);
  const nora = await newcomer();
  const here = await signIn(nora);
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const elsewhere = await signIn(nora, { userAgent: firefox });
  const { page } = here;
  await open(here, "profile");
  const table = page.getByRole("table", { name: "Your browsers" });
  await expect(table.getByRole("row", { name: /This browser/ })).toHaveCount(1);
  await expect(table.getByRole("row", { name: /This browser/ }).getByRole("button"), "not this one").toHaveCount(0);
  await table.getByRole("button", { name: "Sign out Firefox on Linux" }).click();
  await expect(table.getByRole("row", { name: /Firefox on Linux/ })).toHaveCount(0);
  await expect(page.getByRole("status").getByText("Firefox on Linux signed out")).toBeVisible();
  await elsewhere.page.goto("/");
  await there(elsewhere.page, "Sign in");
});

test("everywhere else can be signed out at once", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 401/);
  const nora = await newcomer();
  const here = await signIn(nora);
  const others = [await signIn(nora), await signIn(nora)];
  const { page } = here;
  await open(here, "profile");
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(page.getByText("2 browsers signed out")).toBeVisible();
  await expect(page.getByRole("table", { name: "Your browsers" }).getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Sign out everywhere else" }), "there is nothing else").toHaveCount(0);
  for (const other of others) expect((await other.api("GET", "/api/v1/me")).status).toBe(401);
  expect((await here.api("GET", "/api/v1/me")).status).toBe(200);
});

test("C19 session expiry asks for the password over the page, and what was interrupted is finished", async ({
  newcomer,
  signIn,
  expectErrors,
}) => {
  expectErrors(/status of 401/);
  const nora = await newcomer();
  const person = await signIn(nora);
  const { page } = person;
  await open(person, "profile");
  await page.getByRole("textbox", { name: "New password" }).fill("typed before it ended");
  await page.getByRole("button", { name: "Edit name" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Nora Renamed");
  await person.context.clearCookies();
  await page.getByRole("button", { name: "Save name" }).click();

  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText(nora.email), "only the same account may go on").toBeVisible();
  await expect(dialog.getByRole("textbox", { name: "Password" })).toBeFocused();
  await dialog.getByRole("textbox", { name: "Password" }).fill("a wrong password");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toHaveText(/do not match/);
  await dialog.getByRole("textbox", { name: "Password" }).fill(nora.password);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 2, name: "Nora Renamed" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "New password" })).toHaveValue("typed before it ended");
  expect((await person.api("GET", "/api/v1/me")).body.name).toBe("Nora Renamed");
});

test("C19 session expiry: closing the question keeps the page and what was typed", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 401/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "profile");
  await page.getByRole("button", { name: "Edit name" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Nora Kept");
  await person.context.clearCookies();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Your session has ended" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert").getByText("You are signed out. Sign in again to go on.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Nora Kept");
});
