// The Workspace page: the list of one's workspaces as panels, the name of each, and what is set for its keys.
import { type Locator, type Page } from "@playwright/test";
import { fits, hold, open, openMenu, refuse, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { createByHand, inDays, join, makeKey, makeWorkspace, panel } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const ONE_WORKSPACE = /\/api\/v1\/workspaces\/[0-9a-f]{32}$/;

/** The button that folds a panel. */
const fold = (place: Locator, name: string) => place.getByRole("button", { name, exact: true });

/** The value of a fact in a panel. */
const fact = (place: Locator, name: string) =>
  place.locator("dl div").filter({ has: place.page().getByText(name, { exact: true }) }).getByRole("definition");

async function rename(page: Page, to: string) {
  await page.getByRole("button", { name: "Edit workspace name" }).click();
  await page.getByRole("textbox", { name: "Workspace name" }).fill(to);
  await page.getByRole("button", { name: "Save workspace name" }).click();
}

const setLimit = async (person: Person, days: number | null) =>
  expect((await person.api("PATCH", `/api/v1/workspaces/${person.workspace}`, { max_credential_days: days })).status).toBe(200);

test("R027 R028 R029 R036 all workspaces of a member are listed as panels that fold out; one is personal", async ({
  ada,
  newcomer,
  signIn,
}) => {
  const person = await signIn(await newcomer());
  await join(ada, person);
  const { page } = person;
  const own = `${person.account.name}'s workspace`;
  const other = "Ada Admin's workspace";
  await open(person, "workspace");
  const list = page.getByRole("region", { name: "Workspaces" });
  await expect(list.getByRole("heading", { level: 2 })).toHaveText(["Workspaces", own, other]);
  await expect(list.getByText("Personal", { exact: true })).toHaveCount(1);
  await expect(panel(page, own).getByText("Personal", { exact: true })).toBeVisible();

  const mine = panel(page, own);
  const theirs = panel(page, other);
  await expect(fold(mine, own)).toHaveAttribute("aria-expanded", "true");
  await expect(mine.getByText("App credentials")).toBeVisible();
  await expect(fold(theirs, other)).toHaveAttribute("aria-expanded", "false");
  await expect(theirs.getByText("App credentials")).toHaveCount(0);
  await fold(theirs, other).focus();
  await page.keyboard.press("Enter");
  await expect(fold(theirs, other)).toHaveAttribute("aria-expanded", "true");
  await expect(theirs.getByText("App credentials")).toBeVisible();
  await expect(theirs.getByText("User — You work here")).toBeVisible();
  await expect(mine.getByText("Admin — You administer this workspace.")).toBeVisible();
  await expect(mine.getByText("App credentials"), "the other stays open").toBeVisible();
  await accessibleInBothThemes(page, "two panels");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "two panels");
  await fold(theirs, other).press("Space");
  await expect(theirs.getByText("App credentials")).toHaveCount(0);
});

test("R030 beside each workspace that is not current stands the way to switch to it", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await join(ada, person);
  const { page } = person;
  const own = `${person.account.name}'s workspace`;
  await open(person, "workspace");
  const to = (name: string) => page.getByRole("link", { name: `Switch to workspace ${name}` });
  await expect(to("Ada Admin's workspace")).toBeVisible();
  await expect(to(own)).toHaveCount(0);
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
  await to("Ada Admin's workspace").click();
  await expect(page).toHaveURL(settings(ada.workspace, "workspace"));
  await expect(panel(page, "Ada Admin's workspace").getByText("Currently Active")).toBeVisible();
  await expect(to(own)).toBeVisible();
  await expect(to("Ada Admin's workspace")).toHaveCount(0);
  expect(await page.evaluate(() => "loadedOnce" in window), "without loading the page anew").toBe(true);
  await page.goBack();
  await expect(panel(page, own).getByText("Currently Active")).toBeVisible();
});

test("R034 the pencil renames the workspace, which shows everywhere and survives a reload", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await rename(page, "Vision lab");
  await expect(panel(page, "Vision lab")).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit workspace name" })).toBeFocused();
  await expect(page.getByRole("link", { name: "Active workspace: Vision lab" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Settings" }).getByText("Vision lab")).toBeVisible();
  await expect((await openMenu(page)).getByText("Vision lab")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.reload();
  await there(page, "Workspace");
  await expect(panel(page, "Vision lab")).toBeVisible();

  await page.getByRole("button", { name: "Edit workspace name" }).click();
  await page.getByRole("textbox", { name: "Workspace name" }).fill("Something else");
  await page.keyboard.press("Escape");
  await expect(panel(page, "Vision lab"), "Esc keeps the name").toBeVisible();
  expect((await person.api("GET", `/api/v1/workspaces/${person.workspace}`)).body.name).toBe("Vision lab");
});

test("C13 C22 a refused name stays in its field with the reason beside it", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 422/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const field = page.getByRole("textbox", { name: "Workspace name" });
  await rename(page, "   ");
  await expect(field).toHaveAccessibleDescription(/\w/);
  await refuse(page, ONE_WORKSPACE, "PATCH", 422, {
    code: "invalid",
    title: "Something in the request is not right.",
    errors: [{ pointer: "/name", detail: "That name is not allowed here." }],
  });
  await field.fill("Refused");
  await field.press("Enter");
  await expect(field).toHaveAccessibleDescription("That name is not allowed here.");
  await expect(field).toHaveValue("Refused");
  await expect(panel(page, `${person.account.name}'s workspace`), "nowhere else is the new name shown").toBeVisible();
  await accessibleInBothThemes(page, "a refused workspace name");
});

test("R155 the head of a panel warns when a key needs attention", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const own = panel(page, `${person.account.name}'s workspace`);
  await open(person, "workspace");
  await expect(own.getByText("Currently Active")).toBeVisible();
  await expect(own.getByText("attention")).toHaveCount(0);
  await makeKey(person, person.workspace, { label: "soon over", expires_at: inDays(3) });
  await page.reload();
  await expect(own.getByText("1 key needs attention")).toBeVisible();
  await fold(own, `${person.account.name}'s workspace`).click();
  await expect(own.getByText("1 key needs attention"), "also while it is folded").toBeVisible();
  await accessibleInBothThemes(page, "a warning in the head");
});

test("R047 R058 a panel shows the members of its workspace and leads to inviting and to all users", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await ada.api("GET", "/api/v1/me");
  await join(person, ada);
  const { page } = person;
  await open(person, "workspace");
  const own = panel(page, `${person.account.name}'s workspace`);
  await expect(own.getByText("Workspace has 2 users", { exact: true })).toBeVisible();
  await expect(own.getByText(`Ada Admin, ${person.account.name}`)).toBeVisible();
  await own.getByRole("button", { name: "Invite users" }).click();
  await expect(page.getByRole("dialog", { name: /^Invite users to/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await own.getByRole("link", { name: "See users" }).click();
  await there(page, "Users & Groups");
});

test("P01 an administrator sets the longest life of keys, and new keys keep to it", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 422/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const own = panel(page, `${person.account.name}'s workspace`);
  await expect(fact(own, "Longest life of a key")).toContainText("No limit");
  await own.getByRole("button", { name: "Change the longest life of a key" }).click();
  const dialog = page.getByRole("dialog", { name: `Longest life of a key in ${person.account.name}'s workspace` });
  await dialog.getByRole("combobox", { name: "A new key lives at most" }).selectOption({ label: "Another number of days" });
  const days = dialog.getByRole("textbox", { name: "Days" }).or(dialog.getByRole("spinbutton", { name: "Days" }));
  for (const wrong of ["", "0", "4000"]) {
    await days.fill(wrong);
    await dialog.getByRole("button", { name: "Save limit" }).click();
    await expect(days, `“${wrong}”`).toHaveAttribute("aria-invalid", "true");
    await expect(days).toBeFocused();
  }
  await accessibleInBothThemes(page, "the limit of keys");
  await days.fill("60");
  await dialog.getByRole("button", { name: "Save limit" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(fact(own, "Longest life of a key")).toContainText("60 days");

  await page.getByRole("button", { name: "Create new credentials" }).click();
  await expect(page.getByText("Keys of this workspace live at most 60 days.")).toBeVisible();
  const choices = page.getByRole("combobox", { name: "Expires" }).getByRole("option");
  await expect(choices).toHaveText(["In 60 days (the longest here)", "In 30 days", "On a date"]);
  await page.getByRole("combobox", { name: "Expires" }).selectOption({ label: "On a date" });
  await page.getByLabel("Last day").fill(inDays(70).slice(0, 10));
  await page.getByRole("button", { name: "Create credentials", exact: true }).click();
  await expect(page.getByLabel("Last day")).toHaveAccessibleDescription(/60 days/);
  await accessibleInBothThemes(page, "an end beyond the limit");
  await page.keyboard.press("Escape");

  await createByHand(page, page, "limited");
  const [key] = (await person.api("GET", `/api/v1/workspaces/${person.workspace}/credentials`)).body.items;
  const life = (Date.parse(key.expires_at) - Date.parse(key.created_at)) / 86_400_000;
  expect(life, "without a wish it gets the longest life").toBeCloseTo(60, 3);
});

test("P01 a plain member sees the limit and why it is not theirs to change", async ({ ada, newcomer, signIn }) => {
  const admin = await signIn(await newcomer());
  await setLimit(admin, 30);
  await join(admin, ada);
  await open({ ...ada, workspace: admin.workspace }, "workspace");
  const theirs = panel(ada.page, `${admin.account.name}'s workspace`);
  await expect(fact(theirs, "Longest life of a key")).toContainText("30 days");
  await expect(theirs.getByText("Only an administrator can change it.")).toBeVisible();
  await expect(theirs.getByRole("button", { name: /Change the longest life/ })).toHaveCount(0);
});

test("C10 renaming shows within a moment that it is under way", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const held = await hold(page, ONE_WORKSPACE, "PATCH");
  await rename(page, "Slow lab");
  await expect(page.getByRole("button", { name: "Save workspace name" })).toHaveAttribute("aria-busy", "true", { timeout: 100 });
  held.release();
  await expect(panel(page, "Slow lab")).toBeVisible();
});

test("R032 after switching every page shows only that workspace, and another tab stays where it is", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page, context } = person;
  const red = await makeWorkspace(person, "Red team");
  const blue = await makeWorkspace(person, "Blue team");
  const marks = { [red]: "of.red@example.com", [blue]: "of.blue@example.com" };
  const only = async (tab: Page, workspace: string) => {
    const other = workspace === red ? blue : red;
    await expect(tab).toHaveURL(new RegExp(`/workspaces/${workspace}/`));
    await expect(tab.getByRole("link", { name: /^Active workspace/ })).toHaveText(workspace === red ? /Red team/ : /Blue team/);
    for (const [section, heading] of [["users", "Users & Groups"], ["audit", "Audit Log"]] as const) {
      await tab.goto(settings(workspace, section));
      await there(tab, heading);
      await expect(tab.getByText(marks[workspace] ?? "").first()).toBeVisible();
      await expect(tab.getByText(marks[other] ?? "")).toHaveCount(0);
    }
  };
  for (const [workspace, email] of Object.entries(marks)) {
    const invited = await person.api("POST", `/api/v1/workspaces/${workspace}/invitations`, { email, role: "user" });
    expect(invited.status).toBe(201);
  }
  await page.goto(settings(red, "users"));
  await there(page, "Users & Groups");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await (await openMenu(page)).getByRole("menuitem", { name: "Blue team" }).click();
  await expect(page.getByText("of.blue@example.com")).toBeVisible();
  await expect(page.getByText("of.red@example.com")).toHaveCount(0);
  await expect(page).toHaveURL(settings(blue, "users"));
  expect(asked.filter((url) => url.includes(red)), "nothing is asked of the one that was left").toEqual([]);

  const tab = await context.newPage();
  await tab.goto(settings(red, "users"));
  await only(tab, red);
  await only(page, blue);
  await page.reload();
  await tab.reload();
  await expect(page.getByRole("link", { name: "Active workspace: Blue team" })).toBeVisible();
  await expect(tab.getByRole("link", { name: "Active workspace: Red team" })).toBeVisible();
  // What is done in one tab is done in its workspace.
  await tab.goto(settings(red, "users"));
  await tab.getByRole("button", { name: "Revoke the invitation for of.red@example.com" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Revoke invitation" }).click();
  await expect(tab.getByRole("rowheader", { name: "of.red@example.com" })).toHaveCount(0);
  await page.goto(settings(blue, "users"));
  await expect(page.getByRole("rowheader", { name: "of.blue@example.com" })).toBeVisible();
});
