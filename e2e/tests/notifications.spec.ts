// The bell: what one is told, without reloading, and what can be answered in place.
import { type Page, type Request } from "@playwright/test";
import { bell, fits, open, openInbox, refuse, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { panel } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };

/** Invites somebody by their address, as an administrator does. */
async function invited(owner: Person, person: Person, role: "admin" | "user" = "user") {
  const path = `/api/v1/workspaces/${owner.workspace}/invitations`;
  const made = await owner.api("POST", path, { email: person.account.email, role });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
}

/** The bell says so many unread. */
const says = (page: Page, unread: number) =>
  expect(bell(page)).toHaveAccessibleName(unread === 0 ? "Notifications" : `Notifications, ${unread} unread`);

const rows = (page: Page) => page.getByRole("dialog", { name: "Notifications" }).getByRole("listitem");

/** Two people who never met, both in the app. */
async function two(signIn: (account: Person["account"]) => Promise<Person>, newcomer: () => Promise<Person["account"]>) {
  const owner = await signIn(await newcomer());
  const nora = await signIn(await newcomer());
  return { owner, nora };
}

test("R050 an invitation reaches an open page without reloading, and Join in the panel takes one in", async ({ newcomer, signIn }) => {
  const { owner, nora } = await two(signIn, newcomer);
  const { page } = nora;
  await open(owner, "profile");
  await open(nora, "profile");
  await says(page, 0);
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  await invited(owner, nora, "admin");
  await says(page, 1);
  await expect(page.getByRole("status").filter({ hasText: "1 notification arrived. 1 unread." }), "read aloud").toBeAttached();

  const inbox = await openInbox(page);
  await expect(inbox).toBeFocused();
  const row = rows(page).first();
  await expect(row).toContainText(`${owner.account.name} invites you to “${owner.account.name}'s workspace” as Admin.`);
  await expect(row.getByText("New", { exact: true }), "unread is told in words").toBeVisible();
  await accessibleInBothThemes(page, "an invitation in the panel");
  await row.getByRole("button", { name: "Join" }).click();
  const news = page.getByRole("region", { name: "Notifications (F8)" });
  await expect(news.getByText(`You have joined ${owner.account.name}'s workspace`)).toBeVisible();
  await expect(row.getByRole("button", { name: "Join" })).toHaveCount(0);
  await expect(row.getByRole("link", { name: "Go to the workspace" })).toBeVisible();
  await says(page, 0);
  await news.getByRole("link", { name: "Go there" }).click();
  await there(page, "Workspace");
  await expect(page).toHaveURL(settings(owner.workspace, "workspace"));
  await expect(panel(page, `${owner.account.name}'s workspace`).getByText("Currently Active")).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same), "the page was never loaded anew").toBe(true);

  // The one who invited hears of it in a browser of their own.
  await says(owner.page, 1);
  await openInbox(owner.page);
  await expect(rows(owner.page).first()).toContainText(`${nora.account.name} accepted your invitation and joined`);
});

test("R050 an invitation is declined in the panel, and whoever invited is told", async ({ newcomer, signIn }) => {
  const { owner, nora } = await two(signIn, newcomer);
  const { page } = nora;
  await invited(owner, nora);
  await open(owner, "profile");
  await open(nora, "profile");
  await says(page, 1);
  await openInbox(page);
  const row = rows(page).first();
  await row.getByRole("button", { name: "Decline" }).click();
  await expect(row.getByText("This invitation is no longer open.")).toBeVisible();
  await expect(row.getByRole("button", { name: "Join" })).toHaveCount(0);
  await says(page, 0);
  await says(owner.page, 1);
  await openInbox(owner.page);
  await expect(rows(owner.page).first()).toContainText(`${nora.account.name} declined your invitation`);
  await page.reload();
  await openInbox(page);
  await expect(rows(page).first().getByText("This invitation is no longer open.")).toBeVisible();
});

test("notifications are marked as read and unread, one by one and all at once, by keyboard alone", async ({ newcomer, signIn }) => {
  const { owner, nora } = await two(signIn, newcomer);
  const other = await signIn(await newcomer());
  const { page } = nora;
  await invited(owner, nora);
  await invited(other, nora);
  await open(nora, "profile");
  await says(page, 2);
  await bell(page).focus();
  await page.keyboard.press("Enter");
  const inbox = page.getByRole("dialog", { name: "Notifications" });
  await expect(inbox).toBeFocused();
  await expect(rows(page).first(), "the newest first").toContainText(other.account.name);
  const mark = rows(page).first().getByRole("button", { name: "Mark as read" });
  await mark.focus();
  await page.keyboard.press("Enter");
  const unmark = rows(page).first().getByRole("button", { name: "Mark as unread" });
  await expect(unmark).toBeVisible();
  await says(page, 1);
  await expect(rows(page).getByText("New", { exact: true })).toHaveCount(1);
  await unmark.press("Enter");
  await says(page, 2);
  await inbox.getByRole("button", { name: "Mark all as read" }).press("Enter");
  await says(page, 0);
  await expect(rows(page).getByText("New", { exact: true })).toHaveCount(0);
  await expect(inbox.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(inbox).toBeHidden();
  await page.reload();
  await there(page, "Profile");
  await says(page, 0);
  await bell(page).press("Enter");
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(bell(page)).toBeFocused();
});

/** A list as the server would send it. */
function list(many: number, from = 0) {
  const kinds = ["invited", "invitation_accepted", "invitation_declined", "removed", "role_changed", "ownership_received"];
  return Array.from({ length: many }, (_, n) => ({
    id: String(1_000 - from - n).padStart(32, "0"),
    kind: kinds[(from + n) % kinds.length],
    created_at: new Date(Date.now() - (from + n) * 3_600_000).toISOString(),
    read: (from + n) % 2 === 1,
    actor: "Ann Lee",
    workspace_id: "0".repeat(31) + "1",
    workspace_name: "Vision lab with a name that is rather long for a small screen",
    role: "admin",
  }));
}

test("an invitation that was answered elsewhere meanwhile says so when one joins", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  const person = await signIn(await newcomer());
  const { page } = person;
  const items: object[] = [{ ...list(1)[0], open_invitation: "0".repeat(31) + "2" }];
  await page.route(/\/me\/notifications(\?|$)/, (route) => route.fulfill({ json: { items, total: 1 } }));
  await open(person, "profile");
  await openInbox(page);
  await rows(page).first().getByRole("button", { name: "Join" }).click();
  await expect(rows(page).first().getByRole("alert")).toBeVisible();
  items[0] = list(1)[0]!;
  await rows(page).first().getByRole("button", { name: "Decline" }).click();
  await expect(rows(page).first().getByText("This invitation is no longer open."), "it was looked at again").toBeVisible();
});

test("C35 C38 every kind of notification has a sentence, is accessible and fits a phone, and more are loaded on demand", async ({
  newcomer,
  signIn,
}) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await page.route(/\/me\/notifications(\?|$)/, (route) => {
    const cursor = new URL(route.request().url()).searchParams.get("cursor");
    const items = cursor ? list(3, 6) : list(6);
    return route.fulfill({ json: { items, total: 9, ...(cursor ? {} : { next_cursor: "more" }) } });
  });
  await open(person, "profile");
  const inbox = await openInbox(page);
  await expect(rows(page)).toHaveCount(6);
  for (const words of [
    "Ann Lee invites you to “Vision lab",
    "Ann Lee accepted your invitation and joined “Vision lab",
    "Ann Lee declined your invitation to “Vision lab",
    "Ann Lee removed you from “Vision lab",
    "Ann Lee made you Admin in “Vision lab",
    "Ann Lee handed “Vision lab",
  ]) {
    await expect(rows(page).filter({ hasText: words })).toHaveCount(1);
  }
  await inbox.getByRole("button", { name: "Load more" }).click();
  await expect(rows(page)).toHaveCount(9);
  await expect(inbox.getByRole("button", { name: "Load more" })).toHaveCount(0);
  await accessibleInBothThemes(page, "notifications of every kind");
  await page.setViewportSize(PHONE);
  await fits(page, "notifications of every kind");
  const box = (await inbox.boundingBox())!;
  expect([box.x, box.width], "as wide as the phone").toEqual([0, PHONE.width]);
  await accessibleInBothThemes(page, "notifications on a phone");
  await inbox.getByRole("button", { name: "Close" }).click();
  await expect(inbox).toBeHidden();
  await expect(bell(page)).toBeFocused();
});

test("C16 C17 an empty list says what will be there, and one that does not come is tried again", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 500/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await refuse(page, /\/me\/notifications(\?|$)/, "GET", 500, { code: "internal", title: "Something went wrong here.", request_id: "77aa" });
  await open(person, "profile");
  const inbox = await openInbox(page);
  await expect(inbox.getByRole("alert")).toContainText("Something went wrong here. (Request 77aa)");
  await accessibleInBothThemes(page, "notifications that do not come");
  await page.unroute(/\/me\/notifications(\?|$)/);
  await inbox.getByRole("button", { name: "Try again" }).click();
  await expect(inbox.getByText("Nothing yet")).toBeVisible();
  await accessibleInBothThemes(page, "no notifications");
});

test("where the stream does not come through, the server is asked every half minute", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/ERR_FAILED/);
  const { owner, nora } = await two(signIn, newcomer);
  const { page } = nora;
  await page.clock.install();
  await page.route(/\/me\/notifications\/events$/, (route) => route.abort());
  await invited(owner, nora);
  await open(nora, "profile");
  await says(page, 1);
  const other = await signIn(await newcomer());
  await invited(other, nora);
  await page.clock.fastForward(31_000);
  await says(page, 2);
});

test("signing out ends the stream", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  let streams = 0;
  const count = (by: number) => (request: Request) => {
    if (request.url().endsWith("/me/notifications/events")) streams += by;
  };
  page.on("request", count(1));
  page.on("requestfinished", count(-1));
  page.on("requestfailed", count(-1));
  await open(person, "profile");
  await expect.poll(() => streams).toBe(1);
  await page.getByRole("button", { name: "Profile", exact: true }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await there(page, "Sign in");
  await expect.poll(() => streams).toBe(0);
});
