// The effective configuration: what clients get of all vaults, key by key, with where each value comes from.
import { type Page } from "@playwright/test";
import { fits, open, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { join } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";
import { keep, makeVault, ownPanel, within } from "../lib/vaults.js";

const table = (page: Page) => page.getByRole("table", { name: "Effective configuration" });
const row = (page: Page, key: string) =>
  table(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name: key, exact: true }) });

test("N03 each key stands with its value and where it comes from, and secrets are masked", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await ownPanel(person).getByRole("link", { name: "What my clients get" }).click();
  await there(page, "Effective Configuration");
  await expect(page.getByText("No vault applies")).toBeVisible();
  await makeVault(person, "Base", "by.both = admin\nby.admin = 1\nby.rule = low");
  await makeVault(person, "Rule", "by.rule = high", { is_enforced: true });
  await keep(person, 'by.both = own\nby.rule = own\nsdk.aws.s3.secret = "very hidden"\nby.home = ${?HOME}');
  await page.reload();
  await there(page, "Effective Configuration");
  await expect(page.getByRole("heading", { level: 2, name: `What clients of ${person.account.name} get` })).toBeVisible();
  await expect(row(page, "by.admin")).toContainText("Base");
  await expect(row(page, "by.both")).toContainText('"own"');
  await expect(row(page, "by.both")).toContainText("Personal vault");
  await expect(row(page, "by.rule")).toContainText('"high"');
  await expect(row(page, "by.rule")).toContainText("Rule · enforced");
  await expect(row(page, "sdk.aws.s3.secret")).toContainText("masked");
  await expect(page.getByText("very hidden")).toHaveCount(0);
  await expect(row(page, "by.home")).toContainText("its own environment");

  await expect(row(page, "by.rule")).not.toContainText("instead of");
  await page.getByRole("switch", { name: "Show what was overridden" }).click();
  await expect(row(page, "by.rule")).toContainText("instead of: Personal vault, Base");
  await expect(page).toHaveURL(/also=/);
  await expect(row(page, "sdk.aws.s3.secret")).toContainText("instead of: Client defaults (clearml 2.1.12");
  await accessibleInBothThemes(page, "the effective configuration");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "the effective configuration");
});

test("N03 the client's defaults are shown when they are asked for, below the vaults", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "effective");
  await expect(page.getByText("No vault applies")).toBeVisible();
  await expect(page.getByText("a vault wins over both")).toBeVisible();
  const defaults = page.getByRole("switch", { name: "Show the client's defaults" });
  await defaults.click();
  await expect(page.getByText("No vault applies")).toHaveCount(0);
  await expect(row(page, "agent.venvs_dir")).toContainText("Client defaults (clearml 2.1.12, clearml-agent 3.0.3)");
  await expect(page).toHaveURL(/defaults=/);
  await accessibleInBothThemes(page, "the defaults of clients");
  await makeVault(person, "Base", "sdk.metrics.images.quality = 50");
  await page.reload();
  await there(page, "Effective Configuration");
  await expect(page.getByRole("list").filter({ hasText: "Client defaults" }).getByRole("listitem")).toHaveText([
    "Client defaults (clearml 2.1.12, clearml-agent 3.0.3)",
    "clearml.conf on the machine",
    "Base · administrators",
  ]);
  await page.getByRole("searchbox", { name: "Search keys" }).fill("metrics.images");
  await expect(table(page).getByRole("rowheader")).toHaveText([
    "sdk.metrics.images.format",
    "sdk.metrics.images.quality",
    "sdk.metrics.images.subsampling",
  ]);
  await expect(row(page, "sdk.metrics.images.quality")).toContainText("Base");
  await defaults.click();
  await expect(table(page).getByRole("rowheader")).toHaveText(["sdk.metrics.images.quality"]);
});

test("N03 C31 keys, values and origins are searched in the address, and no match is told", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await makeVault(person, "Base", "one.size = 1\ntwo.size = special");
  await open(person, "effective");
  const search = page.getByRole("searchbox", { name: "Search keys" });
  await search.fill("SPECIAL");
  await expect(table(page).getByRole("rowheader")).toHaveText(["two.size"]);
  await expect(page.getByRole("status").filter({ hasText: "1 key" })).toBeVisible();
  await page.reload();
  await expect(table(page).getByRole("rowheader")).toHaveText(["two.size"]);
  await search.fill("base");
  await expect(table(page).getByRole("rowheader")).toHaveCount(2);
  await search.fill("nothing like it");
  await expect(page.getByText("No match", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(table(page).getByRole("rowheader")).toHaveCount(2);
});

test("N03 an administrator looks at any member's, a member at their own alone", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 40[34]/);
  const admin = await signIn(await newcomer());
  const plain = await signIn(await newcomer());
  await join(admin, plain);
  await keep(plain, "of.plain = 1", "hocon", admin.workspace);
  const { page } = admin;
  await open(admin, "effective");
  const who = page.getByRole("combobox", { name: "Another member" });
  await who.fill(plain.account.email);
  await page.getByRole("option", { name: new RegExp(plain.account.email) }).click();
  await expect(page).toHaveURL(/user=[0-9a-f]{32}/);
  await expect(page.getByRole("heading", { level: 2, name: `What clients of ${plain.account.name} get` })).toBeVisible();
  await expect(row(page, "of.plain")).toContainText("Personal vault");
  await accessibleInBothThemes(page, "the configuration of another member");
  await page.reload();
  await there(page, "Effective Configuration");
  await expect(row(page, "of.plain")).toBeVisible();
  await page.getByRole("button", { name: "Show my own" }).click();
  await expect(page.getByText("No vault applies")).toBeVisible();

  const adminId = (await admin.api("GET", "/api/v1/me")).body.id;
  expect((await plain.api("GET", `${within(plain, admin.workspace)}/effective?user_id=${adminId}`)).status).toBe(403);
  await plain.page.goto(settings(admin.workspace, "effective"));
  await there(plain.page, "Effective Configuration");
  await expect(row(plain.page, "of.plain")).toBeVisible();
  await expect(plain.page.getByRole("combobox", { name: "Another member" }), "C34").toHaveCount(0);
});
