// Key pairs: made and shown in the app as people do it, and used from outside as clients do it.
import { type Locator, type Page, expect } from "@playwright/test";
import type { Server } from "./server.js";
import { type Person, tokenOf } from "./test.js";

export interface Pair {
  access_key: string;
  secret_key: string;
}

/** Makes a key without the app. */
export async function makeKey(person: Person, workspace: string, wanted: { label?: string; expires_at?: string } = {}): Promise<Pair> {
  const made = await person.api("POST", `/api/v1/workspaces/${workspace}/credentials`, wanted);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { access_key: made.body.access_key, secret_key: made.body.secret_key };
}

/** The moment so many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Calls as a program does that has nothing but a key pair: no browser, no cookie. */
export async function withKey(server: Server, pair: Pair, path: string, headers: Record<string, string> = {}) {
  const authorization = `Basic ${Buffer.from(`${pair.access_key}:${pair.secret_key}`).toString("base64")}`;
  const answer = await fetch(server.url + path, { headers: { authorization, ...headers } });
  return { status: answer.status, body: JSON.parse((await answer.text()) || "null") };
}

/** Logs in with a key pair as the SDK does; the status is 200 or 401. */
export async function logIn(server: Server, pair: Pair, worker?: string): Promise<number> {
  return (await withKey(server, pair, "/api/auth.login", worker ? { "x-clearml-worker": worker } : {})).status;
}

/** In which workspace a key pair works, as the wire tells clients. */
export async function workspaceOf(server: Server, pair: Pair): Promise<string> {
  return (await withKey(server, pair, "/api/users.get_current_user")).body.data.user.company.id;
}

/** The pair in a section or in notebook lines that were copied. */
export function pairIn(text: string): Pair {
  const find = (name: string) => {
    const found = new RegExp(`${name}"? ?= ?"?([A-Za-z0-9_]+)`, "i").exec(text)?.[1];
    if (!found) throw new Error(`no ${name} in:\n${text}`);
    return found;
  };
  return { access_key: find("access_key"), secret_key: find("secret_key") };
}

export const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** The panel of a workspace on the Workspace page. */
export const panel = (page: Page, name: string): Locator =>
  page.getByRole("region", { name: "Workspaces" }).locator("section").filter({ has: page.getByRole("heading", { level: 2, name, exact: true }) });

/** The rows of the keys with this label. */
export const rowsOf = (page: Page, label: string): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: label }) });

/** Makes a key with the button and the dialog of a panel, and leaves the dialog open with the pair. */
export async function createByHand(page: Page, place: Page | Locator, label: string): Promise<Locator> {
  await place.getByRole("button", { name: "Create new credentials" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill(label);
  await page.getByRole("button", { name: "Create credentials", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Your new credentials" });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Makes somebody who has an account a member of the administrator's workspace, who uses the link's token. */
export async function join(admin: Person, person: Person, role: "admin" | "user" = "user", workspace = admin.workspace) {
  const link = await linkTo(admin, workspace, person.account.email, role);
  const joined = await person.api("POST", "/api/v1/invitations/accept", { token: tokenOf(link) });
  expect(joined.status, JSON.stringify(joined.body)).toBe(200);
}

/** What the workspace knows of one's keys. */
export const listed = async (person: Person, workspace = person.workspace) =>
  (await person.api("GET", `/api/v1/workspaces/${workspace}/credentials`)).body.items;

/** Waits until it has reached the list that a key was used; that takes a moment. */
export async function usedFrom(person: Person, accessKey: string, from: string) {
  const known = async () => (await listed(person)).find((key: { access_key: string }) => key.access_key === accessKey)?.last_used_from;
  await expect.poll(known).toBe(from);
}

/** Makes a workspace that this person owns, without the app. */
export async function makeWorkspace(person: Person, name: string): Promise<string> {
  const made = await person.api("POST", "/api/v1/workspaces", { name });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.id;
}

/** Sets how many members a workspace may have, as the operator of the server does. */
export async function setSeats(operator: Person, workspace: string, max: number | null) {
  const set = await operator.api("PATCH", `/api/v1/server/workspaces/${workspace}`, { max_members: max });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
}

/** Invites without the app, and gives the link. */
export async function linkTo(admin: Person, workspace: string, email?: string, role: "admin" | "user" = "user"): Promise<string> {
  const invited = await admin.api("POST", `/api/v1/workspaces/${workspace}/invitations`, email ? { email, role } : { role });
  expect(invited.status, JSON.stringify(invited.body)).toBe(201);
  return invited.body.link;
}
