// Inviting by link, and joining with it: with the account that is signed in, another one, or a new one.
import { type Page } from "@playwright/test";
import { fits, open, openMenu, settings, textOf, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, panel } from "../lib/keys.js";
import { type Person, expect, test, tokenOf } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };

/** Makes an invitation without the app, and gives its link. */
async function linkFor(admin: Person, email?: string): Promise<string> {
  const path = `/api/v1/workspaces/${admin.workspace}/invitations`;
  return (await admin.api("POST", path, email ? { email, role: "user" } : { role: "user" })).body.link;
}

/** Opens a link as a mail program does: as a page of its own. */
async function follow(page: Page, link: string) {
  await page.goto("about:blank");
  await page.goto(link);
}

/** The link that the dialog shows, by its Copy button. */
async function copied(page: Page): Promise<string> {
  const dialog = page.getByRole("dialog");
  const shown = await dialog.locator("pre").innerText();
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await clipboard(page)).toBe(shown);
  return shown;
}

const member = (page: Page, name: string) => page.getByRole("table", { name: "Users" }).getByRole("rowheader", { name });

test("R048 R049 R051 R052 an e-mail address is added in the panel, its link is shown, and Users & Groups lists it", async ({
  newcomer,
  signIn,
  server,
}) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await panel(page, `${person.account.name}'s workspace`).getByRole("button", { name: "Invite users" }).click();
  const dialog = page.getByRole("dialog", { name: `Invite users to ${person.account.name}'s workspace` });
  await expect(dialog.getByRole("textbox", { name: "E-mail" })).toBeFocused();
  await page.keyboard.type("cleo@example.com");
  await accessibleInBothThemes(page, "inviting");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByRole("list", { name: "Added" })).toContainText("cleo@example.com");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog.getByText("Send this link to cleo@example.com.")).toBeVisible();
  await accessibleInBothThemes(page, "a link to send");
  const link = await copied(page);
  expect(link.startsWith(`${server.url}/join#token=`), link).toBe(true);
  await dialog.getByRole("button", { name: "Done" }).click();

  await there(page, "Users & Groups");
  await expect(page).toHaveURL(settings(person.workspace, "users"));
  const row = page.getByRole("table", { name: "Users" }).getByRole("row").filter({ hasText: "cleo@example.com" });
  await expect(row.getByText("Pending", { exact: true })).toBeVisible();
  await expect(row).toContainText(person.account.name);
  await expect(row.locator("time").first(), "since when").toHaveText("just now");
  await page.setViewportSize(PHONE);
  await fits(page, "a pending invitation");
});

test("R053 the dialog of Users & Groups invites, too, and its form is checked", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "users");
  await page.getByRole("button", { name: "Invite user" }).click();
  const email = page.getByRole("textbox", { name: "E-mail" });
  await email.fill("not an address");
  await email.press("Enter");
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(email).toBeFocused();
  await expect(email).toHaveValue("not an address");
  await accessibleInBothThemes(page, "an address that is none");
  await email.fill("dora@example.com");
  await page.getByRole("radio", { name: "Admin" }).check();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await copied(page);
  await page.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("table", { name: "Users" }).getByRole("row").filter({ hasText: "dora@example.com" });
  await expect(row.getByRole("cell", { name: "Admin", exact: true })).toBeVisible();
});

test("R054 R056 from the menu a link is made without an address, which lets in whoever opens it first", async ({
  newcomer,
  signIn,
  page: guest,
}) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "profile");
  await (await openMenu(page)).getByRole("menuitem", { name: "Invite a User" }).click();
  await page.getByRole("button", { name: "Create link" }).click();
  await expect(page.getByText("No mail is sent from here.")).toBeVisible();
  const link = await copied(page);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("table", { name: "Users" })).toContainText("Whoever has the link");

  await follow(guest, link);
  await there(guest, "Join a workspace");
  await expect(guest.getByText(`${person.account.name} invites you to the workspace`)).toBeVisible();
  expect(guest.url(), "the token is out of sight at once").not.toContain("token");
  await guest.getByRole("textbox", { name: "Your name" }).fill("Gus Guest");
  await guest.getByRole("textbox", { name: "E-mail" }).fill(`gus.${person.workspace}@example.com`);
  await guest.getByRole("textbox", { name: "Password", exact: true }).fill("a password of his own");
  await guest.getByRole("button", { name: "Create account and join" }).click();
  await there(guest, "Workspace");
  await expect(guest).toHaveURL(new RegExp(settings(person.workspace, "workspace")));
  await expect(guest.getByText("Welcome, Gus Guest.")).toBeVisible();
  await guest.getByRole("button", { name: "Got it" }).click();
  await expect(guest.getByText("Welcome, Gus Guest.")).toHaveCount(0);
  await page.reload();
  await there(page, "Users & Groups");
  await expect(member(page, "Gus Guest")).toBeVisible();
  await expect(page.getByText("Whoever has the link"), "a link that was used is not open").toHaveCount(0);
});

test("R055 R057 somebody who is signed in joins with one click and keeps their own workspace", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await follow(page, await linkFor(ada, person.account.email));
  await there(page, "Join a workspace");
  await expect(page.getByText("Ada Admin invites you to the workspace Ada Admin's workspace.")).toBeVisible();
  await accessibleInBothThemes(page, "joining while signed in");
  await page.getByRole("button", { name: `Join as ${person.account.email}` }).click();
  await expect(page).toHaveURL(new RegExp(settings(ada.workspace, "workspace")));
  await expect(panel(page, "Ada Admin's workspace").getByText("Currently Active")).toBeVisible();
  await expect(panel(page, `${person.account.name}'s workspace`)).toBeVisible();
  await open(ada, "users");
  await expect(member(ada.page, person.account.name)).toBeVisible();
});

test("R057 somebody who has an account signs in on the way", async ({ ada, newcomer, page }) => {
  const nora = await newcomer();
  await follow(page, await linkFor(ada, nora.email));
  await page.getByRole("tab", { name: "I have an account" }).click();
  await accessibleInBothThemes(page, "joining with an account");
  await page.getByLabel("E-mail").fill(nora.email);
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(nora.password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Join as ${nora.email}` }).click();
  await expect(panel(page, "Ada Admin's workspace").getByText("Currently Active")).toBeVisible();
});

test("a new account is checked beside its fields, and an address that has an account leads to signing in", async ({
  ada,
  newcomer,
  page,
  expectErrors,
}) => {
  expectErrors(/status of 4(09|22)/);
  const nora = await newcomer();
  await follow(page, await linkFor(ada));
  await page.getByRole("button", { name: "Create account and join" }).click();
  const name = page.getByRole("textbox", { name: "Your name" });
  await expect(name).toBeFocused();
  const email = page.getByRole("textbox", { name: "E-mail" });
  const password = page.getByRole("textbox", { name: "Password", exact: true });
  for (const field of [name, email, password]) await expect(field).toHaveAttribute("aria-invalid", "true");
  await accessibleInBothThemes(page, "a new account that is not complete");
  await name.fill("Somebody");
  await email.fill(nora.email);
  await password.fill("a password of some length");
  await page.keyboard.press("Enter");
  await expect(email).toHaveAccessibleDescription(/Choose “I have an account”\./);
  await expect(name, "what was typed stays").toHaveValue("Somebody");
});

test("a link for somebody else says so, and offers to use another account", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await follow(page, await linkFor(ada, "somebody.else@example.com"));
  await expect(page.getByText("The invitation is for somebody.else@example.com")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Join as/ })).toHaveCount(0);
  await accessibleInBothThemes(page, "a link for somebody else");
  await page.getByRole("button", { name: "Sign out and use another account" }).click();
  await expect(page.getByRole("tab", { name: "New account" })).toBeVisible();
  await expect(page.getByText("Your address: somebody.else@example.com")).toBeVisible();
});

test("a link works once, and one that does not work says whom to ask", async ({ ada, newcomer, signIn, page, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  const person = await signIn(await newcomer());
  const link = await linkFor(ada);
  expect((await person.api("POST", "/api/v1/invitations/accept", { token: tokenOf(link) })).status).toBe(200);
  for (const dead of [link, link.slice(0, -1)]) {
    await follow(page, dead);
    await expect(page.getByText("This invitation was used already, was taken back, or has expired.")).toBeVisible();
  }
  await accessibleInBothThemes(page, "a link that does not work");
  await page.getByRole("link", { name: "Sign in" }).click();
  await there(page, "Sign in");
  await page.goto("/join");
  await expect(page.getByText("The link is not complete.")).toBeVisible();
  await accessibleInBothThemes(page, "a link without a token");
});

test("an open invitation is taken back, and its link does not work any more", async ({ newcomer, signIn, page: guest, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  const person = await signIn(await newcomer());
  const link = await linkFor(person, "eve@example.com");
  const { page } = person;
  await open(person, "users");
  await page.getByRole("button", { name: "Revoke the invitation for eve@example.com" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke this invitation?" });
  await expect(dialog.getByText("The link for eve@example.com does not work any more.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Revoke invitation" }), "the focus is not on the danger").not.toBeFocused();
  await accessibleInBothThemes(page, "revoking an invitation");
  await dialog.getByRole("button", { name: "Revoke invitation" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("rowheader", { name: "eve@example.com" })).toHaveCount(0);
  await follow(guest, link);
  await expect(guest.getByText(/was taken back/)).toBeVisible();
});

test("C27 the link is shown once: nothing keeps it, and closing before copying asks", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "users");
  await page.getByRole("button", { name: "Invite user" }).click();
  const answers: Promise<string>[] = [];
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.getByRole("button", { name: "Create link" }).click();
  const dialog = page.getByRole("dialog");
  const link = await dialog.locator("pre").innerText();
  page.on("response", (answer) => answers.push(textOf(answer)));
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("alert").filter({ hasText: "The link has not been copied yet." })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Keep open" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: /^Done/ }), "there is nothing done yet").toHaveAttribute("aria-disabled", "true");
  await copied(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await page.reload();
  await there(page, "Users & Groups");
  await expect(page.getByRole("table", { name: "Users" })).toContainText("Whoever has the link");
  const token = tokenOf(link);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
  for (const text of [...(await Promise.all(answers)), ...addresses, kept, await page.content()]) expect(text).not.toContain(token);
});
