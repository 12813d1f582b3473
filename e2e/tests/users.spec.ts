// Users & Groups: the table of members and open invitations, which is searched, sorted and paged by the address.
import { fits, open, refuse, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join, linkTo, logIn, makeKey, setSeats } from "../lib/keys.js";
import { type Page } from "@playwright/test";
import { type Person, expect, test } from "../lib/test.js";

const table = (page: Page) => page.getByRole("table", { name: "Users" });
const row = (page: Page, name: string) => table(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
const roleOf = (page: Page, name: string) => page.getByRole("combobox", { name: `Role of ${name}` });
const names = (page: Page) => table(page).getByRole("rowheader");

/** Somebody with a workspace that others have joined, the first of them as an administrator. */
async function team(owner: Person, ...others: Person[]) {
  for (const [number, other] of others.entries()) await join(owner, other, number === 0 ? "admin" : "user");
}

test("R068 R070 R073 R159 the table lists the members with their groups, counts them, and marks the administrators", async ({
  ada,
  newcomer,
  signIn,
}) => {
  const owner = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await team(owner, ada, plain);
  const { page } = owner;
  await open(owner, "users");
  await expect(page.getByRole("heading", { level: 2, name: `3 users in ${owner.account.name}'s workspace` })).toBeVisible();
  await expect(names(page)).toHaveCount(3);
  for (const person of [owner, ada, plain]) {
    await expect(row(page, person.account.name).getByRole("rowheader", { name: person.account.email })).toBeVisible();
    await expect(row(page, person.account.name).getByText("Active", { exact: true })).toBeVisible();
  }
  await expect(row(page, owner.account.name).getByText("You", { exact: true })).toBeVisible();
  await expect(row(page, owner.account.name).getByText("Owner", { exact: true })).toBeVisible();
  const marks = (name: string) => row(page, name).locator(".role svg");
  for (const admin of [owner.account.name, "Ada Admin"]) {
    await expect(marks(admin), "an icon marks administrators").toBeVisible();
    await expect(row(page, admin).getByRole("cell", { name: "Users, Admins" })).toBeVisible();
  }
  await expect(marks(plain.account.name)).toHaveCount(0);
  await expect(row(page, plain.account.name).getByRole("cell", { name: "Users", exact: true })).toBeVisible();
  await accessibleInBothThemes(page, "the table of users");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the table of users");
});

test("P06 the table tells when somebody last signed in and last used a key", async ({ newcomer, signIn, server }) => {
  const owner = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await team(owner, plain);
  const { page } = owner;
  await open(owner, "users");
  await expect(row(page, plain.account.name).getByText("Never", { exact: true }), "no key yet").toHaveCount(1);
  const key = await makeKey(plain, owner.workspace, { label: "used" });
  expect(await logIn(server, key)).toBe(200);
  const known = async () => {
    const listed = await owner.api("GET", `/api/v1/workspaces/${owner.workspace}/members?q=${encodeURIComponent(plain.account.email)}`);
    return Boolean(listed.body.items[0]?.activity?.last_key_use_at);
  };
  await expect.poll(known).toBe(true);
  await page.reload();
  await there(page, "Users & Groups");
  await expect(row(page, plain.account.name).getByText("Never", { exact: true })).toHaveCount(0);
  await expect(row(page, plain.account.name).locator("time")).toHaveCount(3);
});

test("C12 a role is changed in its row, at once, and Undo takes it back", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const first = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await team(owner, first, plain);
  const { page } = owner;
  const name = plain.account.name;
  const known = async () => {
    const listed = await owner.api("GET", `/api/v1/workspaces/${owner.workspace}/members?q=${encodeURIComponent(plain.account.email)}`);
    return listed.body.items[0].role;
  };
  await open(owner, "users");
  await expect(roleOf(page, owner.account.name), "nobody changes their own role").toHaveCount(0);
  await roleOf(page, name).focus();
  await roleOf(page, name).selectOption("Admin");
  await expect(row(page, name).getByRole("cell", { name: "Users, Admins" })).toBeVisible();
  await expect(page.getByText(`${name} is an Admin now`)).toBeVisible();
  expect(await known()).toBe("admin");
  await expect(roleOf(page, name), "the focus stays").toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(page, name).getByRole("cell", { name: "Users", exact: true })).toBeVisible();
  await expect.poll(known).toBe("user");
  await expect(roleOf(page, name)).toHaveValue("user");
});

test("C13 a role that the server does not change goes back, and the reason stands above the table", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 409/);
  const owner = await signIn(await newcomer());
  const first = await signIn(await newcomer());
  await team(owner, first);
  const { page } = owner;
  await open(owner, "users");
  await refuse(page, /\/members\/[0-9a-f]{32}$/, "PATCH", 409, { code: "last_admin", title: "A workspace needs at least one administrator." });
  await roleOf(page, first.account.name).selectOption("User");
  await expect(page.getByRole("alert").filter({ hasText: "A workspace needs at least one administrator." })).toBeVisible();
  await expect(roleOf(page, first.account.name)).toHaveValue("admin");
  await expect(row(page, first.account.name).getByRole("cell", { name: "Users, Admins" })).toBeVisible();
  await accessibleInBothThemes(page, "a role that was not changed");
});

test("C31 the table sorts by its headings, says so, and the address keeps it", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await team(owner, ada);
  const { page } = owner;
  await open(owner, "users");
  const name = page.getByRole("columnheader", { name: "User name" });
  await expect(name).toHaveAttribute("aria-sort", "ascending");
  await expect(names(page)).toHaveText([/Ada Admin/, new RegExp(owner.account.name)]);
  await name.getByRole("button").click();
  await expect(name).toHaveAttribute("aria-sort", "descending");
  await expect(names(page)).toHaveText([new RegExp(owner.account.name), /Ada Admin/]);
  await expect(page).toHaveURL(/sort=-name/);
  await page.reload();
  await expect(names(page)).toHaveText([new RegExp(owner.account.name), /Ada Admin/]);
  const added = page.getByRole("columnheader", { name: "Added" });
  await added.getByRole("button").focus();
  await page.keyboard.press("Enter");
  await expect(added).toHaveAttribute("aria-sort", "ascending");
  await expect(name).not.toHaveAttribute("aria-sort");
  await expect(names(page), "the owner was first").toHaveText([new RegExp(owner.account.name), /Ada Admin/]);
  await expect(added.getByRole("button"), "the focus stays where it was").toBeFocused();
  for (const head of await table(page).locator("thead th").all()) {
    await expect(head).toHaveAttribute("scope", "col");
    await expect(head).toHaveCSS("position", "sticky");
  }
  await expect(table(page).locator("tbody th")).toHaveCount(2);
});

test("C31 C16 searching waits for the end of typing, counts aloud, and tells no match from nothing", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await team(owner, ada);
  const { page } = owner;
  await open(owner, "users");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (/\/members\?/.test(request.url())) asked.push(new URL(request.url()).searchParams.get("q") ?? "");
  });
  const search = page.getByRole("searchbox", { name: "Search users" });
  await search.pressSequentially("ADA@", { delay: 30 });
  await expect(names(page)).toHaveText([/Ada Admin/]);
  await expect(page.getByRole("status").filter({ hasText: "1 match" })).toBeVisible();
  await expect(page).toHaveURL(/q=ADA/);
  expect(asked, "not for each key").toEqual(["ADA@"]);
  await expect(search, "typing is not disturbed").toBeFocused();
  await page.reload();
  await expect(search).toHaveValue("ADA@");
  await expect(names(page)).toHaveText([/Ada Admin/]);

  await search.fill("no such person");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "0 matches" })).toBeVisible();
  await accessibleInBothThemes(page, "no match");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(names(page)).toHaveCount(2);
  await expect(search).toHaveValue("");
  await expect(page).not.toHaveURL(/q=/);
});

test("C31 a long list comes in pages that have addresses of their own", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const { page } = owner;
  // The server's own pages begin at fifty; smaller ones show the same.
  await page.route(/\/members\?/, (route) => {
    const url = new URL(route.request().url());
    if (!url.searchParams.has("limit")) url.searchParams.set("limit", "1");
    return route.continue({ url: url.href });
  });
  const second = await signIn(await newcomer());
  await team(owner, second);
  await open(owner, "users");
  await expect(names(page)).toHaveText([new RegExp(owner.account.name)]);
  await expect(page.getByText("1 of 2")).toBeVisible();
  await page.getByRole("button", { name: "Next page" }).click();
  await expect(names(page)).toHaveText([new RegExp(second.account.name)]);
  await page.reload();
  await expect(names(page)).toHaveText([new RegExp(second.account.name)]);
  await page.goBack();
  await expect(names(page)).toHaveText([new RegExp(owner.account.name)]);
});

test("R052 R071 R072 R159 pending rows show the address, since when, and come before the members", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const { page } = owner;
  await linkTo(owner, owner.workspace, "cleo@example.com");
  await linkTo(owner, owner.workspace);
  await open(owner, "users");
  await expect(names(page)).toHaveText([/Whoever has the link/, /cleo@example.com/, new RegExp(owner.account.name)]);
  const cleo = row(page, "cleo@example.com");
  await expect(cleo.getByText("Pending", { exact: true })).toBeVisible();
  await expect(cleo.getByText("Pending since")).toContainText("just now");
  await expect(cleo).toContainText(`Invited by ${owner.account.name}`);
  await expect(page.getByRole("heading", { level: 2, name: "1 user in" }), "who is invited is no user yet").toBeVisible();

  await page.getByRole("combobox", { name: "Status" }).selectOption("Pending");
  await expect(names(page)).toHaveText([/Whoever has the link/, /cleo@example.com/]);
  await expect(page).toHaveURL(/status=pending/);
  await page.reload();
  await expect(names(page)).toHaveCount(2);
  await page.getByRole("combobox", { name: "Status" }).selectOption("Active");
  await expect(names(page)).toHaveText([new RegExp(owner.account.name)]);
  await page.getByRole("combobox", { name: "Status" }).selectOption("Everybody");
  await page.getByRole("searchbox", { name: "Search users" }).fill("CLEO@");
  await expect(names(page), "P08 the search finds invitations, too").toHaveText([/cleo@example.com/]);
});

test("C16 when nobody is invited the list of pending says so", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await open(owner, "users", "?status=pending");
  await expect(owner.page.getByText("Nobody is invited at the moment")).toBeVisible();
  await accessibleInBothThemes(owner.page, "nobody is invited");
});

test("R059 R060 R069 C34 when all seats are taken the page says so, and inviting is off with the reason", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const { page } = owner;
  await setSeats(ada, owner.workspace, 3);
  await open(owner, "users");
  await expect(page.getByText("1 of 3 users and 0 open invitations")).toBeVisible();
  await expect(page.getByText("Maximum reached")).toHaveCount(0);
  await linkTo(owner, owner.workspace, "one@example.com");
  await linkTo(owner, owner.workspace, "two@example.com");
  await page.reload();
  await expect(page.getByText("1 of 3 users and 2 open invitations")).toBeVisible();
  await expect(page.getByText("Maximum reached")).toBeVisible();
  const invite = page.getByRole("button", { name: /Invite user/ });
  await expect(invite).toHaveAttribute("aria-disabled", "true");
  await expect(invite).toHaveAccessibleName(/as many users as it may/);
  await expect(page.getByText("The workspace has as many users as it may.").first()).toBeVisible();
  await accessibleInBothThemes(page, "a full workspace");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "a full workspace");
});

test("C32 the table never holds more than 1,500 elements, whatever the workspace has", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const { page } = owner;
  const one = (await owner.api("GET", `/api/v1/workspaces/${owner.workspace}/members`)).body.items[0];
  for (let number = 0; number < 12; number++) await linkTo(owner, owner.workspace, `pending${number}@example.com`);
  // A page of a hundred thousand, each with everything that a row can show.
  await page.route(/\/members\?/, (route) => {
    const limit = Number(new URL(route.request().url()).searchParams.get("limit") ?? 50);
    const item = (number: number) => ({
      ...one,
      user_id: number.toString(16).padStart(32, "0"),
      name: `Person ${number}`,
      role: "admin",
      is_owner: false,
      activity: { last_sign_in_at: one.added_at, last_key_use_at: one.added_at, keys: 3 },
    });
    return route.fulfill({ json: { items: Array.from({ length: limit }, (_, number) => item(number)), next_cursor: "next", total: 100_000 } });
  });
  await open(owner, "users");
  await expect(names(page)).toHaveCount(50);
  await expect(page.getByText("50 of 100,012")).toBeVisible();
  expect(await table(page).locator("*").count()).toBeLessThan(1500);
  await page.getByRole("button", { name: "See all 12 open invitations" }).click();
  await expect(names(page)).toHaveCount(12);
});

test("a search that the server refuses is told in a sentence, and the rest stays", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 500/);
  const owner = await signIn(await newcomer());
  const { page } = owner;
  await refuse(page, /\/members(\?|$)/, "GET", 500, { code: "internal", title: "Something went wrong here.", request_id: "77aa" });
  await page.goto(`/workspaces/${owner.workspace}/settings/users`);
  await expect(page.getByRole("alert").filter({ hasText: "Something went wrong here. (Request 77aa)" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What each role may do" })).toBeVisible();
  await page.unroute(/\/members(\?|$)/);
  await page.getByRole("button", { name: "Try again" }).click();
  await there(page, "Users & Groups");
  await expect(names(page)).toHaveCount(1);
});
