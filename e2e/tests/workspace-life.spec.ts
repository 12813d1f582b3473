// A workspace from making it to leaving, handing over and deleting it, and finding one among many.
import { type Page } from "@playwright/test";
import { fits, open, openMenu, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join, linkTo, logIn, makeKey, makeWorkspace, panel, setSeats } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };

/** Looks at what is open in both themes and on a phone. */
async function look(page: Page, what: string) {
  await accessibleInBothThemes(page, what);
  await page.setViewportSize(PHONE);
  await fits(page, what);
  await page.setViewportSize({ width: 1280, height: 800 });
}

const at = (person: Person, workspace: string): Person => ({ ...person, workspace });

test("R027 a workspace is made by its name, and one stands in it as its owner", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await page.getByRole("button", { name: "Create workspace" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a workspace" });
  const name = dialog.getByRole("textbox", { name: "Name" });
  await expect(name).toBeFocused();
  await dialog.getByRole("button", { name: "Create workspace" }).click();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await look(page, "creating a workspace");
  await page.reload();
  await expect(dialog, "C1 the dialog has an address").toBeVisible();
  await name.fill("Vision lab");
  await page.keyboard.press("Enter");
  await there(page, "Workspace");
  await expect(page.getByRole("link", { name: "Active workspace: Vision lab" })).toBeVisible();
  await expect(panel(page, "Vision lab").getByText("Currently Active")).toBeVisible();
  await expect(panel(page, "Vision lab").getByText("Admin — You administer this workspace.")).toBeVisible();
  await expect(panel(page, `${person.account.name}'s workspace`)).toBeVisible();
  expect((await person.api("GET", "/api/v1/workspaces")).body.total).toBe(2);
});

test("R059 R060 R156 the block of members has a ring for each seat and says when all are taken", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await setSeats(ada, person.workspace, 3);
  await join(person, ada);
  const { page } = person;
  await open(person, "workspace");
  const own = panel(page, `${person.account.name}'s workspace`);
  await expect(own.getByText("Workspace has 2 of 3 users")).toBeVisible();
  const rings = own.locator(".seat-rings .avatar");
  await expect(rings).toHaveCount(3);
  await expect(own.locator(".seat-rings .avatar-free"), "one is free").toHaveCount(1);
  await expect(rings.first()).toHaveAttribute("data-initials", "AA");
  await expect(own.getByText("Maximum reached")).toHaveCount(0);
  await look(page, "seats");
  await setSeats(ada, person.workspace, 2);
  await page.reload();
  await expect(own.getByText("Workspace has 2 of 2 users")).toBeVisible();
  await expect(own.getByText("Maximum reached")).toBeVisible();
  await expect(own.locator(".seat-rings .avatar-free")).toHaveCount(0);
  const invite = own.getByRole("button", { name: /Invite users/ });
  await expect(invite).toHaveAttribute("aria-disabled", "true");
  await expect(own.getByText("Remove a member or revoke an open invitation", { exact: false }).last()).toBeVisible();
  await look(page, "all seats taken");
  await setSeats(ada, person.workspace, 40);
  await page.reload();
  await expect(own.locator(".seat-rings")).toContainText("+28");
});

test("R062 R063 R064 R065 R067 N11 leaving shows what stops, wants the name, and ends access and keys", async ({
  ada,
  newcomer,
  signIn,
  server,
  expectErrors,
}) => {
  expectErrors(/status of 4(04|09)/);
  const person = await signIn(await newcomer());
  const name = `Lab of ${person.account.name}`;
  const lab = await makeWorkspace(ada, name);
  await join(ada, person, "user", lab);
  const key = await makeKey(person, lab, { label: "laptop" });
  const { page } = person;
  await open(at(person, lab), "workspace");
  const own = panel(page, `${person.account.name}'s workspace`);
  await own.getByRole("button", { name: `${person.account.name}'s workspace`, exact: true }).click();
  await expect(own.getByText("App credentials")).toBeVisible();
  await expect(own.getByRole("button", { name: "Leave workspace" }), "R063 not the personal one").toHaveCount(0);
  const personal = await person.api("POST", `/api/v1/workspaces/${person.workspace}/leave`, {});
  expect(personal.body.code, "R063 nor by the API").toBe("personal_workspace");

  await panel(page, name).getByRole("button", { name: "Leave workspace" }).click();
  const dialog = page.getByRole("dialog", { name: `Leave ${name}?` });
  await expect(dialog.getByText("1 key stops working:")).toBeVisible();
  await expect(dialog.getByText("laptop, never used")).toBeVisible();
  await expect(dialog.getByText("To come back you need a new invitation.")).toBeVisible();
  await look(page, "leaving");
  await page.reload();
  await expect(dialog, "C1 the dialog has an address").toBeVisible();
  const typed = dialog.getByRole("textbox", { name: `Type “${name}” to confirm` });
  await expect(typed).toBeFocused();
  await typed.fill(name);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(settings(person.workspace, "workspace"));
  await there(page, "Workspace");
  await expect(page.getByText(`You left ${name}`)).toBeVisible();
  await expect(panel(page, name)).toHaveCount(0);
  await expect((await openMenu(page)).getByRole("menuitem", { name })).toHaveCount(0);
  expect(await logIn(server, key), "R065").toBe(401);
  await page.goto(settings(lab, "workspace"));
  await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" }), "R064").toBeVisible();
});

test("R062 leaving from beside another workspace stays on the page", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const name = `Club of ${person.account.name}`;
  const club = await makeWorkspace(ada, name);
  await join(ada, person, "user", club);
  const { page } = person;
  await open(person, "workspace", `?dialog=leave-workspace&in=${club}`);
  await page.getByRole("textbox", { name: `Type “${name}” to confirm` }).fill(name);
  await page.getByRole("button", { name: "Leave workspace", exact: true }).last().click();
  await expect(panel(page, name)).toHaveCount(0);
  await expect(page).toHaveURL(settings(person.workspace, "workspace"));
});

test("N11 the owner of a workspace leaves only with a successor", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const lab = await makeWorkspace(person, "Owned lab");
  const { page } = person;
  await open(at(person, lab), "workspace", "?dialog=leave-workspace");
  const dialog = page.getByRole("dialog", { name: "Leave Owned lab?" });
  await expect(dialog.getByText("You own this workspace and are its only member")).toBeVisible();
  await look(page, "an owner who is alone");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toHaveCount(0);
  await join(person, ada, "user", lab);
  await page.reload();
  await panel(page, "Owned lab").getByRole("button", { name: "Leave workspace" }).click();
  const choice = dialog.getByRole("combobox", { name: "New owner" });
  await expect(choice).toBeFocused();
  await look(page, "an owner who leaves");
  await dialog.getByRole("textbox", { name: /^Type/ }).fill("Owned lab");
  await page.keyboard.press("Enter");
  await expect(choice).toHaveAccessibleDescription(/Choose who owns the workspace from then on\./);
  await choice.click();
  await dialog.getByRole("option", { name: /Ada Admin/ }).click();
  await expect(choice).toHaveValue("Ada Admin");
  await dialog.getByRole("button", { name: "Leave workspace" }).click();
  await expect(page).toHaveURL(settings(person.workspace, "workspace"));
  const { body } = await ada.api("GET", `/api/v1/workspaces/${lab}`);
  expect([body.owner_id, body.role, body.members]).toEqual([(await ada.api("GET", "/api/v1/me")).body.id, "admin", 1]);
});

test("the owner hands a workspace over, and can delete it only when it is empty, by its name", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const lab = await makeWorkspace(person, "Short lab");
  const { page } = person;
  await open(at(person, lab), "workspace");
  const place = panel(page, "Short lab");
  const button = (name: string) => place.getByRole("button", { name: new RegExp(`^${name} Short lab`) });
  await expect(button("Hand over"), "there is nobody").toHaveAttribute("aria-disabled", "true");
  await join(person, ada, "user", lab);
  await page.reload();
  await expect(button("Delete"), "it is not empty").toHaveAttribute("aria-disabled", "true");
  await expect(place.getByText("It can be deleted once nobody else is in it.")).toBeVisible();
  await look(page, "what an owner can do");

  await button("Hand over").click();
  const dialog = page.getByRole("dialog", { name: "Hand Short lab over?" });
  const choice = dialog.getByRole("combobox", { name: "New owner" });
  await expect(choice).toBeFocused();
  await look(page, "handing over");
  await dialog.getByRole("button", { name: "Hand over" }).click();
  await expect(choice).toHaveAccessibleDescription(/Choose the new owner\./);
  await choice.pressSequentially("ada");
  await expect(dialog.getByRole("option")).toHaveText([/Ada Admin/]);
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Hand over" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(button("Hand over"), "that is the new owner's now").toHaveCount(0);
  await expect(place.getByText("Admin — You administer this workspace.")).toBeVisible();

  await open(at(ada, lab), "workspace");
  const theirs = panel(ada.page, "Short lab");
  await expect(theirs.getByText("It can be deleted once nobody else is in it.")).toBeVisible();
  expect((await person.api("POST", `/api/v1/workspaces/${lab}/leave`, {})).status).toBeLessThan(300);
  await ada.page.reload();
  await theirs.getByRole("button", { name: "Delete Short lab" }).click();
  const deleting = ada.page.getByRole("dialog", { name: "Delete Short lab?" });
  const typed = deleting.getByRole("textbox", { name: "Type “Short lab” to confirm" });
  await expect(typed).toBeFocused();
  await look(ada.page, "deleting a workspace");
  await typed.fill("short lab");
  await expect(deleting.getByRole("button", { name: /Delete workspace/ })).toHaveAttribute("aria-disabled", "true");
  await typed.fill("Short lab");
  await ada.page.keyboard.press("Enter");
  await expect(ada.page).toHaveURL(settings(ada.workspace, "workspace"));
  await expect(panel(ada.page, "Short lab")).toHaveCount(0);
});

test("a personal workspace is neither left, handed over nor deleted, and says so", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  for (const query of ["", "?dialog=leave-workspace", "?dialog=transfer-ownership", "?dialog=delete-workspace"]) {
    await open(person, "workspace", query);
    await expect(page.getByText("You. A personal workspace stays yours.")).toBeVisible();
    await expect(page.getByRole("dialog"), query).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^(Leave workspace|Hand over|Delete)/ })).toHaveCount(0);
  }
});

test("R006 with fifty workspaces the menu scrolls in itself, and one is found by typing", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  // As many as somebody may have who is invited a lot.
  await page.route(/\/api\/v1\/workspaces$/, async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    const [first] = list.items;
    const more = Array.from({ length: 49 }, (_, number) => ({
      ...first,
      id: (number + 1).toString(16).padStart(32, "0"),
      name: `Team ${String(number + 1).padStart(2, "0")}`,
      personal: false,
    }));
    await route.fulfill({ response: answer, json: { items: [first, ...more], total: 50 } });
  });
  await open(person, "profile");
  const menu = await openMenu(page);
  await expect(menu.getByRole("menuitem", { name: /^Team/ })).toHaveCount(49);
  await expect(menu.getByRole("menuitem", { name: "Sign out" }), "what follows is in view").toBeInViewport({ ratio: 1 });
  await accessibleInBothThemes(page, "a menu of fifty workspaces");
  await page.keyboard.type("team 37");
  await expect(menu.getByRole("menuitem", { name: "Team 37" })).toBeFocused();
  await expect(menu.getByRole("menuitem", { name: "Team 37" })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("End");
  await expect(menu.getByRole("menuitem", { name: "Sign out" })).toBeFocused();
  await menu.getByRole("menuitem", { name: "Find a workspace" }).click();
  await page.getByRole("combobox", { name: "Page, workspace or action" }).fill("team 41");
  await expect(page.getByRole("option")).toHaveText([/Team 41/]);
  // The first empties the field, as browsers do.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.setViewportSize(PHONE);
  await openMenu(page);
  await fits(page, "a menu of fifty workspaces");
  await expect(menu.getByRole("menuitem", { name: "Settings" })).toBeInViewport();
});

test("R007 R047 the menu and the block of members lead to the same dialog, which somebody who may not invite does not get", async ({
  ada,
  newcomer,
  signIn,
}) => {
  const person = await signIn(await newcomer());
  const lab = await makeWorkspace(ada, `Yard of ${person.account.name}`);
  await join(ada, person, "user", lab);
  await linkTo(ada, lab, "waiting@example.com");
  const { page } = person;
  await open(at(person, lab), "workspace", "?dialog=invite");
  await expect(page.getByText("An administrator of this workspace can invite people.")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect((await openMenu(page)).getByRole("menuitem", { name: "Invite a User" })).toHaveCount(0);
});
