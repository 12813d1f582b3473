// Configuration vaults: made without the app, and found on its pages.
import { type Locator, type Page, expect } from "@playwright/test";
import { panel } from "./keys.js";
import type { Person } from "./test.js";

export type Format = "hocon" | "json" | "yaml";

/** Where the vaults of a person's own workspace are. */
export const within = (person: Person, workspace = person.workspace) => `/api/v1/workspaces/${workspace}/vaults`;

/** Saves a content as the person's own vault. */
export async function keep(person: Person, content: string, format: Format = "hocon", workspace = person.workspace) {
  const kept = await person.api("PATCH", `${within(person, workspace)}/personal`, { content, format });
  expect(kept.status, JSON.stringify(kept.body)).toBe(200);
  return kept.body.vault;
}

/** The person's own vault as the server has it. */
export const kept = async (person: Person) => (await person.api("GET", `${within(person)}/personal`)).body;

/** The id of one of the groups that each workspace has. */
export async function groupOf(person: Person, kind: "users" | "admins"): Promise<string> {
  const groups = (await person.api("GET", `/api/v1/workspaces/${person.workspace}/groups`)).body.items;
  return groups.find((group: { kind: string }) => group.kind === kind).id;
}

/** Makes a vault for everybody in the workspace, or for another group. */
export async function makeVault(admin: Person, name: string, content: string, more: Record<string, unknown> = {}) {
  const group_id = more.group_id ?? (await groupOf(admin, "users"));
  const made = await admin.api("POST", within(admin), { name, content, ...more, group_id });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
}

/** The names of the administrators' vaults in their order. */
export const order = async (admin: Person): Promise<string[]> =>
  (await admin.api("GET", within(admin))).body.items.map((vault: { name: string }) => vault.name);

/** The panel with somebody's own vault on the Workspace page. */
export const ownPanel = (person: Person): Locator => panel(person.page, `${person.account.name}'s workspace`);

/** The field in which a content is written. */
export const field = (page: Page | Locator): Locator => page.getByRole("textbox", { name: "Content", exact: true });

/** Opens the dialog in which one's own vault is written. */
export async function edit(person: Person): Promise<Locator> {
  await ownPanel(person).getByRole("button", { name: "EDIT the configuration vault" }).click();
  const dialog = person.page.getByRole("dialog", { name: "Configuration Vault" });
  await expect(field(dialog)).toBeVisible();
  return dialog;
}
