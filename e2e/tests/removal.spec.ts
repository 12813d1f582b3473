// Removing somebody: what stops is shown first, their name is typed, and then nothing of theirs works any more.
import { type Page } from "@playwright/test";
import { fits, open, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join, linkTo, logIn, makeKey, usedFrom } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";
import { keep } from "../lib/vaults.js";

const names = (page: Page) => page.getByRole("table", { name: "Users" }).getByRole("rowheader");

test("R074 R075 R076 R078 N11 the trash-can shows what stops, wants the name, and ends membership and keys", async ({
  newcomer,
  signIn,
  server,
  expectErrors,
}) => {
  expectErrors(/status of 404/);
  const owner = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await join(owner, plain);
  const key = await makeKey(plain, owner.workspace, { label: "nightly run" });
  await makeKey(plain, owner.workspace, { label: "spare" });
  await keep(plain, "a = 1", "hocon", owner.workspace);
  expect(await logIn(server, key, "gpu-7")).toBe(200);
  await usedFrom(plain, key.access_key, "gpu-7").catch(() => undefined);
  const { page } = owner;
  const { name } = plain.account;
  await open(owner, "users");
  const trash = page.getByRole("button", { name: `Remove ${name}` });
  await expect(trash, "not in the way").toHaveCSS("opacity", "0");
  await names(page).filter({ hasText: name }).hover();
  await expect(trash, "there on hover").toHaveCSS("opacity", "1");
  await page.mouse.move(0, 0);
  await trash.focus();
  await expect(trash, "and for the keyboard").toHaveCSS("opacity", "1");
  await page.keyboard.press("Enter");

  const dialog = page.getByRole("dialog", { name: `Remove ${name} from ${owner.account.name}'s workspace?` });
  await expect(dialog.getByText("2 keys stop working:")).toBeVisible();
  await expect(dialog.getByRole("listitem").filter({ hasText: /^nightly run, last used/ })).toBeVisible();
  await expect(dialog.getByText("spare, never used")).toBeVisible();
  await expect(dialog.getByText("1 browser loses sight of this workspace.")).toBeVisible();
  await expect(dialog.getByText("Their configuration vault with all its versions is deleted.")).toBeVisible();
  await expect(dialog.getByText("What was logged stays")).toBeVisible();
  await accessibleInBothThemes(page, "removing a user");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "removing a user");
  await page.setViewportSize({ width: 1280, height: 800 });
  const typed = dialog.getByRole("textbox", { name: `Type “${name}” to confirm` });
  await expect(typed, "C26 the focus begins where one types").toBeFocused();
  const remove = dialog.getByRole("button", { name: /Remove user/ });
  await typed.fill(name.slice(0, -1));
  await expect(remove).toHaveAttribute("aria-disabled", "true");
  await typed.press("Enter");
  await expect(dialog, "the wrong name removes nobody").toBeVisible();
  await page.reload();
  await expect(dialog, "C1 the dialog has an address").toBeVisible();
  await typed.fill(name);
  await remove.click();
  await expect(dialog).toHaveCount(0);
  await expect(names(page)).toHaveText([new RegExp(owner.account.name)]);
  await expect(page.getByRole("heading", { level: 2, name: "1 user in" })).toBeVisible();
  expect(await logIn(server, key), "R076").toBe(401);
  expect((await plain.api("GET", `/api/v1/workspaces/${owner.workspace}`)).status, "R075").toBe(404);
  await open(plain, "workspace");
  await expect(plain.page.getByText(`${owner.account.name}'s workspace`), "R078 there is no way back in").toHaveCount(0);
});

test("N11 open invitations of whoever is removed are handed over to a member who is looked for by name", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const [leaving, heir, plain] = [await signIn(await newcomer()), await signIn(await newcomer()), await signIn(await newcomer())];
  await join(owner, leaving, "admin");
  await join(owner, heir, "admin");
  await join(owner, plain);
  await linkTo(leaving, owner.workspace, "cleo@example.com");
  const { page } = owner;
  await open(owner, "users");
  await page.getByRole("button", { name: `Remove ${leaving.account.name}` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("1 open invitation waits for an answer.")).toBeVisible();
  const choice = dialog.getByRole("combobox", { name: "Who takes over the open invitations" });
  await expect(choice).toBeFocused();
  await page.keyboard.press("ArrowDown");
  const options = dialog.getByRole("option");
  await expect(options, "administrators alone, and not whoever goes").toHaveText([new RegExp(owner.account.name), new RegExp(heir.account.name)]);
  await accessibleInBothThemes(page, "choosing who takes over");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "choosing who takes over");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press("Escape");
  await expect(options.first(), "Esc closes the list alone").toBeHidden();
  await expect(dialog).toBeVisible();
  await choice.pressSequentially("no such person");
  await expect(dialog.getByText("No match")).toBeVisible();
  await dialog.getByRole("textbox", { name: /^Type/ }).fill(leaving.account.name);
  await page.keyboard.press("Enter");
  await expect(choice).toHaveAccessibleDescription(/Choose a member from the list\./);
  await expect(choice).toBeFocused();
  await choice.fill(heir.account.email);
  await expect(options).toHaveText([new RegExp(heir.account.name)]);
  await page.keyboard.press("Enter");
  await expect(choice).toHaveValue(heir.account.name);
  await dialog.getByRole("button", { name: "Remove user" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("table").getByRole("row").filter({ hasText: "cleo@example.com" })).toContainText(`Invited by ${heir.account.name}`);
});

test("C34 the owner has no trash-can, and one's own leads to leaving", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await join(owner, ada, "admin");
  const person = { ...ada, workspace: owner.workspace };
  await open(person, "users");
  await expect(names(ada.page)).toHaveCount(2);
  await expect(ada.page.getByRole("button", { name: `Remove ${owner.account.name}` })).toHaveCount(0);
  await ada.page.getByRole("button", { name: "Leave the workspace" }).click();
  await expect(ada.page.getByRole("dialog", { name: `Leave ${owner.account.name}'s workspace?` })).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await there(ada.page, "Users & Groups");
});
