// The proof with the real thing: what the stock Python SDK has of vaults, logged in with a key that is made in the app.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "../lib/app.js";
import { createByHand, join as joins, pairIn, panel } from "../lib/keys.js";
import { ended, python, sdk, start, test } from "../lib/sdk.js";
import { expect } from "../lib/test.js";
import { field, makeVault, within } from "../lib/vaults.js";

/** What stands at a path. */
const leaf = (object: unknown, path: string[]): unknown =>
  path.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | null | undefined)?.[part], object);

/** The paths of all values; a block without keys is a value. */
const leaves = (value: unknown, path: string[]): string[][] => {
  const keys = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : [];
  return keys.length > 0 ? keys.flatMap(([key, inner]) => leaves(inner, [...path, key])) : [path];
};

test("R080 R081 R082 R090 R092 P03 N03 the stock SDK reads vaults in their order, as the page says, and none that is off", async ({
  newcomer,
  signIn,
  home,
}) => {
  test.setTimeout(180_000);
  const admin = await signIn(await newcomer());
  const person = await signIn(await newcomer());
  await joins(admin, person);
  const workspace = admin.workspace;

  // The key is made in the app, in the administrator's workspace; the file has one value of its own that a vault replaces.
  await person.page.goto(`/workspaces/${workspace}/settings/workspace`);
  const place = panel(person.page, `${admin.account.name}'s workspace`);
  await createByHand(person.page, place, "training run");
  const dialog = person.page.getByRole("dialog", { name: "Your new credentials" });
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const section = await person.page.evaluate(() => navigator.clipboard.readText());
  expect(pairIn(section).access_key).toMatch(/\w+/);
  await dialog.getByRole("button", { name: "Done" }).click();
  const config = join(home, "clearml.conf");
  await writeFile(config, `${section}\nsdk.development.task_reuse_time_window_in_hours: 5\n`);

  const keys = ["by.admin", "by.both", "by.enforced", "by.own", "by.list", "sdk.development.task_reuse_time_window_in_hours"];
  const run = async (...wanted: string[]) => {
    const { code, output } = await ended(start(python(), [sdk("vault.py"), ...wanted], home, config));
    expect(code, output).toBe(0);
    return JSON.parse(output.trim().split("\n").pop() ?? "");
  };
  const read = () => run(...keys);
  const before = await read();
  expect(before).toEqual({ "sdk.development.task_reuse_time_window_in_hours": 5 });

  await makeVault(admin, "Base", 'by { admin = 1, both = admin, enforced = low, list = [1, "two"] }');
  await makeVault(admin, "Rule", "by:\n  enforced:\n    never: [less]\n", { format: "yaml", is_enforced: true });
  await place.getByRole("button", { name: "EDIT the configuration vault" }).click();
  const editor = person.page.getByRole("dialog", { name: "Configuration Vault" });
  await field(editor).fill("by { both = own, own = ${by.both}, enforced = high }\nsdk.development.task_reuse_time_window_in_hours = 9");
  await editor.getByRole("button", { name: "OK", exact: true }).click();
  await expect(editor).toHaveCount(0);

  const all = await read();
  expect(all, "the administrators' first, then one's own, then what is enforced").toEqual({
    "by.admin": 1,
    "by.both": "own",
    "by.enforced": { never: ["less"] },
    "by.own": "own",
    "by.list": [1, "two"],
    "sdk.development.task_reuse_time_window_in_hours": 9,
  });

  // What the page says is what the SDK has: each key, those of the SDK's own defaults as well, where the file says nothing else.
  const told = await person.api("GET", `${within(person, workspace)}/effective`);
  expect(told.status, JSON.stringify(told.body)).toBe(200);
  const { config: whole, file } = await run();
  const kinds: string[] = told.body.layers.map((layer: { kind: string }) => layer.kind);
  expect(kinds).toEqual(["defaults", "administrators", "personal", "enforced"]);
  const compared = { defaults: 0, vaults: 0 };
  for (const entry of told.body.entries) {
    const path: string[] = entry.path;
    const of = kinds[entry.origin] === "defaults" ? "defaults" : "vaults";
    // What stands below agent is the agent's, and the file is stronger than defaults.
    if (entry.is_masked || entry.is_resolved_by_client || path[0] === "agent") continue;
    if (of === "defaults" && leaf(file, path) !== undefined) continue;
    expect(leaf(whole, path), path.join(".")).toEqual(JSON.parse(entry.value));
    compared[of]++;
  }
  expect(compared.vaults, "every key that vaults set").toBe(6);
  expect(compared.defaults, "and the keys that the SDK brings along").toBeGreaterThan(70);
  const known = new Set(told.body.entries.map((entry: { path: string[] }) => JSON.stringify(entry.path)));
  const strange = leaves(whole.sdk, ["sdk"]).filter((path) => !known.has(JSON.stringify(path)) && leaf(file, path) === undefined);
  expect(strange, "the SDK has no key that the page does not know").toEqual([]);

  // The toggle goes off in the app: a new session does not have it any more.
  await place.getByRole("switch", { name: "Apply it to my clients" }).click();
  await expect(person.page.getByText("Your vault does not apply any more")).toBeVisible();
  const without = await read();
  expect(without["by.both"]).toBe("admin");
  expect(without["sdk.development.task_reuse_time_window_in_hours"]).toBe(5);
  expect(without).not.toHaveProperty("by.own");

  // So do the administrators'.
  await open(admin, "vaults");
  for (const name of ["Base", "Rule"]) {
    await admin.page.getByRole("switch", { name: `Apply ${name}` }).click();
    await expect(admin.page.getByText(`${name} does not apply any more`)).toBeVisible();
  }
  expect(await read()).toEqual(before);
});
