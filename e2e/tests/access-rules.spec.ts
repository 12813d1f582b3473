// Access Rules: what the page says that a role may do is what the server lets that role do.
import { type Page } from "@playwright/test";
import { fits, open, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join, makeKey } from "../lib/keys.js";
import { type Person, expect, test } from "../lib/test.js";

const matrix = (page: Page) => page.getByRole("table", { name: "Permissions by role" });

test("the matrix is what the server enforces, permission by permission", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 40[34]/);
  const admin = await signIn(await newcomer());
  const user = await signIn(await newcomer());
  await join(admin, user);
  const { access_key } = await makeKey(admin, admin.workspace, { label: "of the admin" });
  const within = `/api/v1/workspaces/${admin.workspace}`;
  /** One try for each permission, by its words on the page; whoever may not is answered with 403 or 404. */
  const tries: Record<string, (as: Person) => Promise<{ status: number }>> = {
    "see the workspace": (as) => as.api("GET", within),
    "rename the workspace and set its policies": (as) => as.api("PATCH", within, { max_credential_days: 90 }),
    "see who is a member": (as) => as.api("GET", `${within}/members`),
    "invite people and manage members": (as) => as.api("POST", `${within}/invitations`, { role: "user" }),
    "make, rotate and revoke their own credentials": (as) => as.api("POST", `${within}/credentials`, { label: "own" }),
    // The last one revokes what all see, so the plain member tries first.
    "see and revoke everybody's credentials": (as) => as.api("DELETE", `${within}/credentials/${access_key}`),
    "see usage": (as) => as.api("GET", `${within}/usage`),
    "see who did what": (as) => as.api("GET", `${within}/audit`),
    "keep a configuration vault of their own": (as) => as.api("GET", `${within}/vaults/personal`),
    "write configuration vaults for groups": (as) => as.api("GET", `${within}/vaults`),
  };
  await open(admin, "access-rules");
  const table = matrix(admin.page);
  await expect(table.getByRole("columnheader")).toHaveText(["May …", "Admin", "User"]);
  await expect(table.getByRole("rowheader")).toHaveText(Object.keys(tries));
  const told: Record<string, string[]> = {};
  const found: Record<string, string[]> = {};
  for (const [words, attempt] of Object.entries(tries)) {
    const row = table.getByRole("row").filter({ has: admin.page.getByRole("rowheader", { name: words, exact: true }) });
    told[words] = (await row.getByRole("cell").allInnerTexts()).map((text) => text.trim());
    const may = async (as: Person) => ([403, 404].includes((await attempt(as)).status) ? "No" : "Yes");
    const asUser = await may(user);
    found[words] = [await may(admin), asUser];
  }
  expect(told).toEqual(found);
  expect(Object.values(found).flat(), "some of both").toEqual(expect.arrayContaining(["Yes", "No"]));
});

test("the members stand under their roles and lead to their rows", async ({ ada, newcomer, signIn }) => {
  const owner = await signIn(await newcomer());
  await join(owner, ada);
  const { page } = owner;
  await open(owner, "access-rules");
  const roles = page.getByRole("region", { name: "Who has which role" });
  await expect(roles.getByRole("heading", { level: 3 })).toHaveText(["Admin 1 member", "User 1 member"]);
  await expect(roles.getByRole("link", { name: owner.account.name })).toBeVisible();
  await accessibleInBothThemes(page, "access rules");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "access rules");
  await roles.getByRole("link", { name: "Ada Admin" }).click();
  await there(page, "Users & Groups");
  await expect(page.getByRole("table", { name: "Users" }).getByRole("rowheader")).toHaveText([/Ada Admin/]);
});

test("C34 for a plain member the page is not there, and nothing of it is loaded", async ({ ada, newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  await join(ada, person);
  const { page } = person;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(settings(ada.workspace, "access-rules"));
  await there(page, "Access Rules is for administrators");
  await expect(matrix(page)).toHaveCount(0);
  expect(asked.filter((url) => url.includes("/members"))).toEqual([]);
});
