// Inviting several people at once, making a link anew, and answering an invitation in the app.
import { type Page } from "@playwright/test";
import { fits, open, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, join, linkTo, makeWorkspace, panel, setSeats } from "../lib/keys.js";
import { expect, test, tokenOf } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };
const email = (page: Page) => page.getByRole("textbox", { name: "E-mail" });
const added = (page: Page) => page.getByRole("list", { name: "Added" }).getByRole("listitem");

test("R048 R053 several addresses are typed and pasted, checked, and taken out again; each gets its own link", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "users");
  await page.getByRole("button", { name: "Invite user" }).click();
  await page.keyboard.type("ann@example.com");
  await page.keyboard.press("Enter");
  await expect(added(page)).toHaveText([/ann@example.com/]);
  await expect(email(page)).toHaveValue("");
  await expect(email(page), "one goes on typing").toBeFocused();
  await page.keyboard.type("bo@example.com,");
  await expect(added(page)).toHaveText([/ann@/, /bo@/]);

  await page.evaluate(() => navigator.clipboard.writeText("Cy Ode <cy@example.com>, BO@example.com; di@example.com\nnobody, ed@example.com"));
  await page.keyboard.press("Control+v");
  await expect(added(page), "nobody twice").toHaveText([/ann@/, /bo@/, /cy@/, /di@/, /ed@/]);
  await expect(email(page), "what is no address stays to be corrected").toHaveValue("nobody");
  await expect(email(page)).toHaveAttribute("aria-invalid", "true");
  await expect(email(page)).toHaveAccessibleDescription(/“nobody” is not an e-mail address/);
  await accessibleInBothThemes(page, "several addresses, one of them wrong");
  await page.setViewportSize(PHONE);
  await fits(page, "several addresses");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "Invite 6 people" }).click();
  await expect(email(page), "nothing is sent before it is right").toBeFocused();
  await email(page).fill("");
  await page.getByRole("button", { name: "Remove di@example.com" }).click();
  await expect(page.getByRole("button", { name: "Remove ed@example.com" }), "the focus goes to the next").toBeFocused();

  await page.getByRole("button", { name: "Invite 4 people" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("4 links, one for each person.")).toBeVisible();
  const links = await dialog.locator("pre").allInnerTexts();
  expect(new Set(links).size).toBe(4);
  await accessibleInBothThemes(page, "several links");
  await page.setViewportSize(PHONE);
  await fits(page, "several links");
  await page.setViewportSize({ width: 1280, height: 800 });
  const bo = dialog.getByRole("listitem").filter({ hasText: "bo@example.com" });
  await bo.getByRole("button", { name: "Copy link" }).click();
  expect(await clipboard(page)).toBe(await bo.locator("pre").innerText());
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("alert").filter({ hasText: "3 links have not been copied yet." })).toBeVisible();
  await dialog.getByRole("button", { name: "Keep open" }).click();
  await dialog.getByRole("button", { name: "Copy all" }).click();
  await expect(dialog.getByRole("button", { name: "Copied" }).last()).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Copy all" })).toHaveCount(0);
  const lines = (await clipboard(page)).split("\n");
  expect(lines.map((line) => line.split(" ")[0])).toEqual(["ann@example.com", "bo@example.com", "cy@example.com", "ed@example.com"]);
  expect(lines.map((line) => line.split(" ")[1])).toEqual(links);
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await expect(page.getByRole("table", { name: "Users" }).getByText("Pending", { exact: true })).toHaveCount(4);
});

test("one that cannot be invited does not keep the others, and the reason stands with the address", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await join(person, ada);
  const { page } = person;
  await open(person, "users", "?dialog=invite");
  await email(page).fill(`${ada.account.email} new@example.com `);
  await expect(added(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Invite 2 people" }).click();
  const dialog = page.getByRole("dialog");
  const outcome = (of: string) => dialog.getByRole("listitem").filter({ hasText: of });
  await expect(outcome(ada.account.email)).toContainText("This person is a member of the workspace already.");
  await expect(outcome("new@example.com").locator("pre")).toContainText("/join#token=");
  await accessibleInBothThemes(page, "an address that was refused");
});

test("R060 beyond the last seat an invitation is refused with the reason", async ({ ada, newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await setSeats(ada, person.workspace, 2);
  await open(person, "users", "?dialog=invite");
  await email(page).fill("first@example.com, second@example.com,");
  await page.getByRole("button", { name: "Invite 2 people" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.locator("pre")).toHaveCount(1);
  await expect(dialog.getByRole("listitem").filter({ hasText: "second@example.com" })).toContainText("as many users as it may");
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await dialog.getByRole("button", { name: "Invite another" }).click();
  await page.getByRole("button", { name: "Create link" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "as many users as it may" })).toBeVisible();
});

test("R052 a pending invitation gets a new link, which is shown once, and the old one ends", async ({
  newcomer,
  signIn,
  page: guest,
  expectErrors,
}) => {
  expectErrors(/status of 4(04|10)/);
  const person = await signIn(await newcomer());
  const { page } = person;
  const old = await linkTo(person, person.workspace, "cleo@example.com");
  await open(person, "users");
  await page.getByRole("button", { name: "Make a new link for cleo@example.com" }).click();
  const dialog = page.getByRole("dialog", { name: "A new link" });
  await expect(dialog.getByText("The link for cleo@example.com ends at once")).toBeVisible();
  await accessibleInBothThemes(page, "asking for a new link");
  await page.reload();
  await expect(dialog, "C1 the dialog has an address").toBeVisible();
  await dialog.getByRole("button", { name: "Make a new link" }).click();
  const fresh = await dialog.locator("pre").innerText();
  expect(fresh).not.toBe(old);
  await accessibleInBothThemes(page, "a new link");
  await page.setViewportSize(PHONE);
  await fits(page, "a new link");
  await page.keyboard.press("Escape");
  await expect(dialog.getByText("The link has not been copied yet.")).toBeVisible();
  await dialog.getByRole("button", { name: "Copy link" }).click();
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await expect(page.getByRole("rowheader", { name: "cleo@example.com" })).toHaveCount(1);
  await guest.goto("about:blank");
  await guest.goto(old);
  await expect(guest.getByText(/was taken back/)).toBeVisible();
  await guest.goto("about:blank");
  await guest.goto(fresh);
  await expect(guest.getByText("Your address: cleo@example.com")).toBeVisible();
});

test("R050 who has an account is invited on the Workspace page, and joins or declines in place", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  // They share a workspace, so that the server trusts the address.
  await join(ada, person);
  const [lab, club] = [await makeWorkspace(ada, `Lab of ${person.account.name}`), await makeWorkspace(ada, `Club of ${person.account.name}`)];
  for (const workspace of [lab, club]) await linkTo(ada, workspace, person.account.email);
  const { page } = person;
  await open(person, "workspace");
  const invitations = page.getByRole("region", { name: "Invitations" });
  await expect(invitations.getByRole("heading", { level: 3 })).toHaveCount(2);
  await expect(invitations.getByText("Ada Admin invites you as User.").first()).toBeVisible();
  await accessibleInBothThemes(page, "invitations on the Workspace page");
  await page.setViewportSize(PHONE);
  await fits(page, "invitations on the Workspace page");
  await page.setViewportSize({ width: 1280, height: 800 });
  await invitations.getByRole("button", { name: `Join Lab of ${person.account.name}` }).click();
  await expect(panel(page, `Lab of ${person.account.name}`), "R028 it is among one's workspaces").toBeVisible();
  await expect(invitations.getByRole("heading", { level: 3 })).toHaveText([`Club of ${person.account.name}`]);
  await invitations.getByRole("button", { name: `Decline Club of ${person.account.name}` }).click();
  await expect(invitations).toHaveCount(0);
  await page.reload();
  await there(page, "Workspace");
  await expect(panel(page, `Lab of ${person.account.name}`)).toBeVisible();
  await expect(panel(page, `Club of ${person.account.name}`)).toHaveCount(0);
  await expect(invitations).toHaveCount(0);
  expect((await ada.api("GET", `/api/v1/workspaces/${club}/invitations`)).body.total, "declined is not open").toBe(0);
});

test("R060 joining is refused when the last seat was taken meanwhile", async ({ ada, newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const owner = await signIn(await newcomer());
  const [first, second] = [await signIn(await newcomer()), await signIn(await newcomer())];
  const link = await linkTo(owner, owner.workspace, second.account.email);
  await join(owner, first);
  await setSeats(ada, owner.workspace, 2);
  const { page } = second;
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByRole("button", { name: `Join as ${second.account.email}` }).click();
  await expect(page.getByRole("alert").filter({ hasText: "as many users as it may" })).toBeVisible();
  expect(tokenOf(link).length, "the link is whole").toBeGreaterThan(20);
});
