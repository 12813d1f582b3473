// Users & Groups: the table of members, which is searched, sorted and paged by the address.
import { fits, open, refuse, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, join } from "../lib/keys.js";
import { type Page } from "@playwright/test";
import { type Person, expect, test } from "../lib/test.js";

const table = (page: Page) => page.getByRole("table", { name: "Members" });
const names = (page: Page) => table(page).getByRole("rowheader");

/** Somebody with a workspace that others have joined, the first of them as an administrator. */
async function team(owner: Person, ...others: Person[]) {
  for (const [number, other] of others.entries()) await join(owner, other, number === 0 ? "admin" : "user");
}

test("R068 R070 R159 the table lists the members, counts them, and marks the administrators", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await team(owner, ada, plain);
  const { page } = owner;
  await open(owner, "users");
  await expect(page.getByRole("heading", { level: 2, name: `3 users in ${owner.account.name}'s workspace` })).toBeVisible();
  await expect(names(page)).toHaveCount(3);
  const row = (name: string) => table(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  for (const person of [owner, ada, plain]) {
    await expect(row(person.account.name).getByRole("cell", { name: person.account.email })).toBeVisible();
  }
  await expect(row(owner.account.name).getByText("You", { exact: true })).toBeVisible();
  await expect(row(owner.account.name).getByRole("cell", { name: "Admin" }).locator("svg")).toBeVisible();
  await expect(row("Ada Admin").getByRole("cell", { name: "Admin" }).locator("svg"), "an icon marks administrators").toBeVisible();
  await expect(row(plain.account.name).getByRole("cell", { name: "User", exact: true }).locator("svg")).toHaveCount(0);
  const { id } = (await ada.api("GET", "/api/v1/me")).body;
  await row("Ada Admin").getByRole("button", { name: `ID ${id.slice(-8)} — copy` }).click();
  await expect.poll(() => clipboard(page)).toBe(id);
  await accessibleInBothThemes(page, "the table of members");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the table of members");
});

test("C31 the table sorts by its headings, says so, and the address keeps it", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await team(owner, ada);
  const { page } = owner;
  await open(owner, "users");
  const name = page.getByRole("columnheader", { name: "Name" });
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
  const search = page.getByRole("searchbox", { name: "Search members" });
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

test("C16 without open invitations the card says so", async ({ newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await open(owner, "users");
  await expect(owner.page.getByText("Nobody is invited at the moment.")).toBeVisible();
  await expect(owner.page.getByRole("heading", { level: 2, name: "1 user in" })).toBeVisible();
});

test("a search that the server refuses is told in a sentence, and the rest stays", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 500/);
  const owner = await signIn(await newcomer());
  const { page } = owner;
  await refuse(page, /\/members(\?|$)/, "GET", 500, { code: "internal", title: "Something went wrong here.", request_id: "77aa" });
  await page.goto(`/workspaces/${owner.workspace}/settings/users`);
  await expect(page.getByRole("alert").filter({ hasText: "Something went wrong here. (Request 77aa)" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Pending invitations" })).toBeVisible();
  await page.unroute(/\/members(\?|$)/);
  await page.getByRole("button", { name: "Try again" }).click();
  await there(page, "Users & Groups");
  await expect(names(page)).toHaveCount(1);
});
