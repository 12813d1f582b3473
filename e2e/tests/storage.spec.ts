// "Web App Cloud Access" on the Configuration page: entries without their secrets, and what an object looks like.
import type { Page } from "@playwright/test";
import { fits, hold, open, refuse } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { type Person, expect, test } from "../lib/test.js";

const SECRET = "wJalrXUtnFEMI-K7MDENG";
const card = (page: Page) => page.getByRole("region", { name: "Web App Cloud Access" });
const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
const entries = (page: Page) => card(page).getByRole("list", { name: "Cloud access" }).getByRole("listitem");
/** A field of the open dialog, by how its label begins. */
const field = (page: Page, label: string) => page.getByRole("dialog").getByLabel(new RegExp(`^${label}`));
const fill = async (page: Page, values: Record<string, string>) => {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(value);
};
/** An entry that nothing was tried with. */
const add = async (person: Person, more: Record<string, unknown> = {}) => {
  const entry = { provider: "s3", bucket: "samples", key: "AKIDEXAMPLE", secret: SECRET, ...more };
  const made = await person.api("POST", "/api/v1/me/storage", entry);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body as { id: string };
};
/** What the server would answer for an object, were there a storage. */
const object = (page: Page, kind: string, name: string, url: string) =>
  page.route(/\/objects\/preview$/, (route) =>
    route.fulfill({ json: { kind, name, bytes: 2048, url, expires_at: new Date(Date.now() + 300_000).toISOString() } }),
  );
const preview = async (page: Page, address: string) => {
  await card(page).getByLabel("Address").fill(address);
  await card(page).getByLabel("Address").press("Enter");
};

test("R019 R020 the section says what it is for, and what it has when it is empty", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await expect(card(page).getByRole("heading", { name: "Web App Cloud Access" })).toBeVisible();
  await expect(card(page).getByText("such as debug samples")).toBeVisible();
  await expect(card(page).getByText("No cloud access yet")).toBeVisible();
  await accessibleInBothThemes(page, "no cloud access");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "no cloud access");
});

test("R021 R022 R023 R024 P02 an entry is added with every field, and its secrets never come back", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const answers: string[] = [];
  page.on("response", async (answer) => {
    if (answer.url().includes("/me/storage")) answers.push(await answer.text().catch(() => ""));
  });
  await open(person, "configuration");
  await card(page).getByRole("button", { name: "Add entry" }).click();
  await expect(dialog(page, "Add cloud access")).toBeVisible();
  await accessibleInBothThemes(page, "a new entry");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "a new entry");
  await page.setViewportSize({ width: 1280, height: 800 });
  await fill(page, { Bucket: "samples", Key: "AKIDEXAMPLE", Secret: SECRET, Token: "temporary-token", Region: "eu-central-1" });
  await page.getByRole("button", { name: "Save entry" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(entries(page)).toHaveCount(1);
  for (const shown of ["samples", "AKIDEXAMPLE", "eu-central-1", "token", "Amazon S3"]) {
    await expect(entries(page).getByText(shown, { exact: true }).first()).toBeVisible();
  }
  await page.reload();
  await expect(entries(page)).toHaveCount(1);
  const seen = [...answers, await page.content()].join("\n");
  expect(seen).not.toContain(SECRET);
  expect(seen).not.toContain("temporary-token");
  await accessibleInBothThemes(page, "one entry");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "one entry");
});

test("R023 R024 R025 P02 the form asks for what each storage has", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration", "?dialog=storage-entry");
  const asked: Record<string, string[]> = { "s3": ["Token", "Region"], "s3-compatible": ["Token", "Region", "Host"], "azure": ["Host"], "gcs": [] };
  for (const [provider, own] of Object.entries(asked)) {
    await field(page, "Provider").selectOption(provider);
    for (const label of ["Bucket", "Key", "Secret", ...own]) await expect(field(page, label), `${label} of ${provider}`).toBeVisible();
    const others = ["Token", "Region", "Host"].filter((label) => !own.includes(label));
    for (const label of others) await expect(field(page, label), `${label} of ${provider}`).toHaveCount(0);
  }
  await expect(field(page, "Secret")).toHaveAttribute("type", "password");
  await expect(field(page, "Secret"), "password managers leave it alone").toHaveAttribute("autocomplete", "off");
});

test("C21 C22 what is wrong is said beside the field, by the app and by the server", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 422/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration", "?dialog=storage-entry");
  await field(page, "Provider").selectOption("s3-compatible");
  await page.getByRole("button", { name: "Save entry" }).click();
  for (const label of ["Key", "Secret", "Host"]) {
    await expect(field(page, label)).toHaveAttribute("aria-invalid", "true");
    await expect(field(page, label)).toHaveAccessibleDescription(/Enter the /);
  }
  await expect(field(page, "Key")).toBeFocused();
  await accessibleInBothThemes(page, "an entry with faults");
  await fill(page, { Key: "k", Secret: SECRET, Host: "storage.example.com" });
  await refuse(page, /\/me\/storage$/, "POST", 422, {
    code: "invalid",
    title: "Something is wrong.",
    errors: [{ pointer: "/host", detail: "This host is not allowed." }],
  });
  await page.getByRole("button", { name: "Save entry" }).click();
  await expect(field(page, "Host")).toHaveAccessibleDescription(/This host is not allowed\./);
  await expect(field(page, "Secret"), "what was typed stays").toHaveValue(SECRET);
});

test("C23 an entry is sent once", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration", "?dialog=storage-entry");
  await fill(page, { Key: "k", Secret: SECRET });
  const held = await hold(page, /\/me\/storage$/, "POST");
  await field(page, "Key").press("Enter");
  await field(page, "Key").press("Enter");
  await expect(page.getByRole("button", { name: "Save entry" })).toHaveAttribute("aria-busy", "true");
  held.release();
  await expect(entries(page)).toHaveCount(1);
  expect(held.count()).toBe(1);
});

test("C24 what was typed is not lost without a question", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration", "?dialog=storage-entry");
  await fill(page, { Bucket: "half" });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert").getByText("not saved yet")).toBeVisible();
  await page.getByRole("button", { name: "Keep open" }).click();
  await expect(field(page, "Bucket")).toHaveValue("half");
  // A browser lets a page ask again only after somebody did something in it.
  await field(page, "Bucket").press("End");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close anyway" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("R026 several entries are kept, changed and removed", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await add(person);
  await add(person, { bucket: "models", host: "storage.example.com:9000" });
  await open(person, "configuration");
  await expect(entries(page)).toHaveCount(2);
  await expect(entries(page).filter({ hasText: "models" })).toContainText("S3-compatible");

  await page.getByRole("button", { name: "Edit models" }).click();
  await expect(dialog(page, "Edit the access to “models”")).toBeVisible();
  await expect(field(page, "Secret")).toHaveValue("");
  await expect(field(page, "Secret")).toHaveAttribute("placeholder", "Kept");
  await fill(page, { Bucket: "more-models" });
  await page.getByRole("button", { name: "Save entry" }).click();
  await expect(entries(page).filter({ hasText: "more-models" })).toHaveCount(1);

  await page.getByRole("button", { name: "Edit more-models" }).click();
  await fill(page, { Host: "elsewhere.example.com" });
  await page.getByRole("button", { name: "Save entry" }).click();
  await expect(field(page, "Secret"), "a kept secret goes to no other host").toHaveAccessibleDescription(/Enter the secret again/);
  await fill(page, { Secret: SECRET });
  await page.getByRole("button", { name: "Save entry" }).click();
  await expect(entries(page).filter({ hasText: "elsewhere.example.com" })).toHaveCount(1);

  await page.getByRole("button", { name: "Remove samples" }).click();
  const question = dialog(page, "Remove the access to “samples”?");
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await accessibleInBothThemes(page, "removing an entry");
  await question.getByRole("button", { name: "Remove entry" }).click();
  await expect(entries(page)).toHaveCount(1);
  await page.reload();
  await expect(entries(page)).toHaveCount(1);
});

test("Test access says whether an entry works, and why not", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await add(person);
  const said = [
    { works: false, message: "The storage does not know this key." },
    { works: true, message: "The bucket can be read." },
  ];
  await page.route(/\/me\/storage\/[^/]+\/test$/, (route) => route.fulfill({ json: said.shift() }));
  await open(person, "configuration");
  const test = page.getByRole("button", { name: "Test access samples" });
  await test.click();
  await expect(entries(page).getByRole("status")).toHaveText(/No access\s*The storage does not know this key\./);
  await accessibleInBothThemes(page, "an entry that does not work");
  await test.click();
  await expect(entries(page).getByRole("status")).toHaveText(/Works\s*The bucket can be read\./);
});

test("Test access tells of a host that the server must not reach", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const { id } = await add(person, { host: "host.invalid" });
  await open(person, "configuration");
  await page.getByRole("button", { name: "Test access samples" }).click();
  await expect(entries(page)).toContainText(/No access/);
  const { body } = await person.api("POST", `/api/v1/me/storage/${id}/test`);
  expect(body.works).toBe(false);
  await expect(entries(page)).toContainText(body.message);
});

test("N16 an image is shown from a signed address, and can be downloaded", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await object(page, "image", "cat.png", dot);
  await open(person, "configuration");
  const asked = page.waitForRequest(/\/objects\/preview$/);
  await preview(page, "s3://samples/cat.png");
  expect((await asked).postDataJSON()).toEqual({ url: "s3://samples/cat.png" });
  const image = card(page).getByRole("img", { name: "cat.png" });
  await expect(image).toBeVisible();
  expect(await image.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1);
  const link = card(page).getByRole("link", { name: "Download" });
  await expect(link).toHaveAttribute("href", dot);
  await expect(link).toHaveAttribute("rel", /noopener/);
  await expect(card(page).getByText(/^2(\.0)? KB$/)).toBeVisible();
  await accessibleInBothThemes(page, "an image");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "an image");
});

test("N16 a page is shown in a sandbox, with its scripts only if one wants them", async ({ newcomer, signIn, expectErrors }) => {
  // The sandbox keeps the test runner's own script out too, and its stand-in for the page does not reach every frame.
  expectErrors(/Blocked script execution/, /frame-ancestors/, /chrome-error/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await object(page, "html", "plot.html", "https://storage.example.com/plot.html?signed");
  await page.route(/\/objects\/page\?/, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Plot</title><p>A plot" }));
  await open(person, "configuration");
  await preview(page, "s3://samples/plot.html");
  const frame = card(page).locator("iframe");
  await expect(frame).toHaveAttribute("title", "plot.html");
  await expect(frame).toHaveAttribute("sandbox", "");
  await expect(frame).toHaveAttribute("src", `/api/v1/workspaces/${person.workspace}/objects/page?url=s3%3A%2F%2Fsamples%2Fplot.html`);
  await page.getByRole("switch", { name: "Block scripts of previewed pages" }).click();
  await expect(frame).toHaveAttribute("sandbox", "allow-scripts");
});

test("N16 any other object is named and saved", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await object(page, "file", "model.pt", "https://storage.example.com/model.pt?signed");
  await open(person, "configuration");
  await preview(page, "s3://samples/model.pt");
  await expect(card(page).getByText("model.pt", { exact: true })).toBeVisible();
  await expect(card(page).getByRole("link", { name: "Download" })).toHaveAttribute("href", /model\.pt\?signed/);
  await expect(card(page).getByRole("figure").locator("img, video, audio, iframe")).toHaveCount(0);
});

test("an address that no entry fits is refused in the server's words", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 4\d\d/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await card(page).getByRole("button", { name: "Preview" }).click();
  await expect(card(page).getByLabel("Address")).toHaveAttribute("aria-invalid", "true");
  const refused = page.waitForResponse(/\/objects\/preview$/);
  await preview(page, "s3://nobodys/cat.png");
  const { detail, title, errors } = await (await refused).json();
  await expect(card(page)).toContainText(errors?.[0]?.detail ?? detail ?? title);
});
