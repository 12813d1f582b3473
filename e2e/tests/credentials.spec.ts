// App credentials: making key pairs, the one time that a secret is shown, and the table of them.
import { type Page } from "@playwright/test";
import { fits, hold, open, refuse, settings, textOf, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { clipboard, createByHand, inDays, join, listed, logIn, makeKey, pairIn, panel, rowsOf, usedFrom, withKey, workspaceOf } from "../lib/keys.js";
import { expect, test } from "../lib/test.js";

const PHONE = { width: 360, height: 740 };
const CREDENTIALS = /\/credentials$/;

const choose = (page: Page, label: string) => page.getByRole("combobox", { name: "Expires" }).selectOption({ label });

test("C16 R039 without a key the page explains what one is for and offers to make the first", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await expect(page.getByText("No credentials yet")).toBeVisible();
  await accessibleInBothThemes(page, "no credentials");
  await page.getByRole("button", { name: "Create new credentials" }).click();
  const dialog = page.getByRole("dialog", { name: `Create credentials for ${person.account.name}'s workspace` });
  await expect(dialog.getByRole("textbox", { name: "Label" })).toBeFocused();
  await expect(page).toHaveURL(/\?dialog=new-credential/);
  await page.reload();
  await expect(dialog, "the dialog has an address").toBeVisible();
  await page.goBack();
  await expect(dialog).toHaveCount(0);
});

test("R037 R038 R040 a new pair is shown as the section of a configuration file", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const dialog = await createByHand(page, page, "laptop");
  await expect(dialog.getByRole("tab", { name: "LOCAL PYTHON" })).toHaveAttribute("aria-selected", "true");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const text = await clipboard(page);
  const pair = pairIn(text);
  expect(text).toBe(`api {
    # laptop - ${person.account.name}'s workspace
    web_server: ${server.url}
    api_server: ${server.url}/api
    files_server: ${server.url}/files
    credentials {
        "access_key" = "${pair.access_key}"
        "secret_key" = "${pair.secret_key}"
    }
}
`);
  await expect(dialog.locator("pre")).toHaveText(text, { useInnerText: true });
  expect(await logIn(server, pair)).toBe(200);
  expect(await workspaceOf(server, pair)).toBe(person.workspace);

  await page.keyboard.press("Escape");
  await expect(dialog, "what is copied may be closed").toHaveCount(0);
  const row = rowsOf(page, "laptop");
  await expect(row.getByText("Active")).toBeVisible();
  await expect(row.getByRole("cell", { name: "Never" })).toHaveCount(2);
  await expect(row.locator("time")).toHaveText("just now");
  await row.getByRole("button", { name: `Key ${pair.access_key.slice(-8)} — copy` }).click();
  await expect.poll(() => clipboard(page), "ids are copied whole").toBe(pair.access_key);
});

test("R166 the dialog has a tab for notebooks, says that the secret is shown once, and when the key ends", async ({
  newcomer,
  signIn,
  server,
}) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await page.getByRole("button", { name: "Create new credentials" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("notebook");
  await choose(page, "In 30 days");
  await accessibleInBothThemes(page, "creating a key");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Create credentials", exact: true }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Your new credentials" });
  await expect(dialog.getByText("This is the only time that the secret is shown.")).toBeVisible();
  const day = await page.evaluate((at) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(new Date(at)), inDays(30));
  await expect(dialog.getByText(`Key “notebook” in ${person.account.name}'s workspace, ends on ${day}.`)).toBeVisible();
  await accessibleInBothThemes(page, "a secret shown for Python");

  await dialog.getByRole("tab", { name: "LOCAL PYTHON" }).press("ArrowRight");
  await expect(dialog.getByRole("tab", { name: "JUPYTER NOTEBOOK" })).toBeFocused();
  await expect(page).toHaveURL(/tab=jupyter-notebook/);
  await accessibleInBothThemes(page, "a secret shown for notebooks");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const text = await clipboard(page);
  const pair = pairIn(text);
  expect(text).toBe(
    [
      `%env CLEARML_WEB_HOST=${server.url}`,
      `%env CLEARML_API_HOST=${server.url}/api`,
      `%env CLEARML_FILES_HOST=${server.url}/files`,
      `%env CLEARML_API_ACCESS_KEY=${pair.access_key}`,
      `%env CLEARML_API_SECRET_KEY=${pair.secret_key}`,
      "",
    ].join("\n"),
  );
  expect(await logIn(server, pair)).toBe(200);
  await page.setViewportSize(PHONE);
  await fits(page, "a secret on a phone");
});

test("R042 R044 a key is made for another workspace without switching to it, and works in that one only", async ({
  ada,
  newcomer,
  signIn,
  server,
}) => {
  const person = await signIn(await newcomer());
  await join(ada, person);
  const { page } = person;
  await open(person, "workspace");
  const other = panel(page, "Ada Admin's workspace");
  await other.getByRole("button", { name: "Ada Admin's workspace", exact: true }).click();
  await other.getByRole("button", { name: "Create new credentials" }).click();
  await expect(page.getByRole("dialog", { name: "Create credentials for Ada Admin's workspace" })).toBeVisible();
  await page.keyboard.press("Escape");
  const dialog = await createByHand(page, other, "guest");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const pair = pairIn(await clipboard(page));
  await dialog.getByRole("button", { name: "Done" }).click();

  await expect(page).toHaveURL(new RegExp(`^[^?]*${settings(person.workspace, "workspace")}`));
  await expect(panel(page, `${person.account.name}'s workspace`).getByText("Currently Active"), "nothing was switched").toBeVisible();
  await expect(rowsOf(page, "guest")).toHaveCount(1);
  await expect(other.getByRole("table", { name: "Keys of Ada Admin's workspace" }).getByRole("rowheader", { name: "guest" })).toBeVisible();
  expect(await listed(person)).toEqual([]);

  expect(await workspaceOf(server, pair)).toBe(ada.workspace);
  expect((await withKey(server, pair, `/api/v1/workspaces/${ada.workspace}`)).status).toBe(200);
  expect((await withKey(server, pair, `/api/v1/workspaces/${person.workspace}`)).status, "not in one's own").toBe(404);
});

test("R046 there may be many pairs, and each works", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const pairs = [];
  for (const label of ["one", "two", "two", ""]) pairs.push(await makeKey(person, person.workspace, { label }));
  await open(person, "workspace");
  await expect(page.getByRole("heading", { name: "App credentials 4" })).toBeVisible();
  await expect(rowsOf(page, "two")).toHaveCount(2);
  await expect(page.getByRole("table").getByRole("rowheader")).toHaveCount(4);
  for (const pair of pairs) expect(await logIn(server, pair)).toBe(200);
  await page.setViewportSize(PHONE);
  await fits(page, "a table of keys");
});

test("C31 C33 the table of keys is one for screen readers too, with exact times", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await makeKey(person, person.workspace, { label: "first", expires_at: inDays(100) });
  await open(person, "workspace");
  const table = page.getByRole("table", { name: `Keys of ${person.account.name}'s workspace` });
  const heads = ["Label", "Access key", "Status", "Last used", "Expires", "Created", "Actions"];
  await expect(table.getByRole("columnheader")).toHaveText(heads);
  for (const head of await table.locator("thead th").all()) await expect(head).toHaveAttribute("scope", "col");
  await expect(table.locator("tbody th")).toHaveAttribute("scope", "row");
  await expect(table.locator("thead th").first()).toHaveCSS("position", "sticky");
  for (const time of await table.locator("time").all()) {
    const at = (await time.getAttribute("datetime")) ?? "";
    const exact = await page.evaluate(
      (at) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format(new Date(at)),
      at,
    );
    await expect(time).toHaveAttribute("title", exact);
  }
  await expect(table.locator("time")).toHaveText(["in 3 months", "just now"]);
});

test("C27 the secret is shown once: nothing keeps it, and no later answer has it", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const sent: string[] = [];
  const answers: Promise<string>[] = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""} ${JSON.stringify(request.headers())}`));
  const dialog = await createByHand(page, page, "once");
  page.on("response", (answer) => answers.push(textOf(answer)));
  const { access_key, secret_key } = pairIn(await dialog.locator("pre").innerText());
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(rowsOf(page, "once")).toBeVisible();
  const kept = () =>
    page.evaluate(async () => {
      const caches = await Promise.all((await window.caches.keys()).map((name) => window.caches.open(name)));
      return JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        await indexedDB.databases(),
        caches.length,
        history.state,
        performance.getEntriesByType("resource").map((entry) => entry.name),
        location.href,
        document.documentElement.outerHTML,
        [...document.querySelectorAll("input")].map((field) => field.value),
      ]);
    });
  expect(await kept(), "the access key is no secret").toContain(access_key);
  expect(await kept(), "in the page that made it").not.toContain(secret_key);

  await page.reload();
  await there(page, "Workspace");
  await expect(rowsOf(page, "once")).toBeVisible();
  await page.goto(settings(person.workspace, "usage"));
  await there(page, "Usage & Billing");
  await page.goBack();
  await expect(rowsOf(page, "once")).toBeVisible();
  await person.api("GET", `/api/v1/workspaces/${person.workspace}/credentials/${access_key}`);
  expect(await kept(), "after loading anew").not.toContain(secret_key);
  const all = await Promise.all(answers);
  expect(all.filter((text) => text.includes(access_key)).length, "later answers name the key").toBeGreaterThanOrEqual(3);
  for (const text of [...all, ...sent]) expect(text).not.toContain(secret_key);
});

test("C27 closing before copying asks once, whatever closes the dialog", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const ways = {
    "Esc": () => page.keyboard.press("Escape"),
    "×": () => page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click(),
    "a click beside it": () => page.mouse.click(8, 400),
  };
  for (const [way, close] of Object.entries(ways)) {
    const dialog = await createByHand(page, page, way);
    const question = dialog.getByRole("alert").filter({ hasText: "The secret has not been copied yet." });
    await close();
    await expect(question, way).toBeVisible();
    const keep = dialog.getByRole("button", { name: "Keep open" });
    await expect(keep, "the focus is not on the button that loses the secret").toBeFocused();
    await expect(dialog.getByRole("button", { name: /^Done/ }), "there is nothing done yet").toHaveAttribute("aria-disabled", "true");
    if (way === "Esc") {
      await accessibleInBothThemes(page, "the question before closing");
      await keep.press("Enter");
      await expect(question).toHaveCount(0);
      await close();
    }
    await dialog.getByRole("button", { name: "Close anyway" }).click();
    await expect(dialog, way).toHaveCount(0);
  }

  const dialog = await createByHand(page, page, "copied by hand");
  await dialog.locator("pre").evaluate((text) => getSelection()?.selectAllChildren(text));
  await page.keyboard.press("Control+c");
  await expect.poll(() => clipboard(page)).toContain("copied by hand");
  await page.keyboard.press("Escape");
  await expect(dialog, "selecting and copying counts").toHaveCount(0);
});

test("C24 leaving the page before copying asks too, and coming back shows no secret", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const asked: string[] = [];
  let leave = false;
  page.on("dialog", async (question) => {
    asked.push(question.type());
    await (leave ? question.accept() : question.dismiss());
  });
  const dialog = await createByHand(page, page, "leaving");
  await page.goBack();
  await expect.poll(() => asked).toEqual(["confirm"]);
  await expect(dialog.locator("pre")).toContainText("secret_key");
  leave = true;
  await page.reload();
  expect(asked).toEqual(["confirm", "beforeunload"]);
  await expect(page.getByRole("dialog", { name: /^Create credentials for/ })).toBeVisible();
  await expect(page.getByText("secret_key")).toHaveCount(0);
});

test("C15 a browser that refuses to copy is told, and closing still asks", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await open(person, "workspace");
  const dialog = await createByHand(page, page, "refused");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Not copied" })).toBeVisible();
  await expect(dialog.getByRole("status").filter({ hasText: "Select the text and press Ctrl-C" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog.getByRole("button", { name: "Close anyway" })).toBeVisible();
});

test("C23 two clicks make one key, and while it is made the dialog stays", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  await page.getByRole("button", { name: "Create new credentials" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("impatient");
  const held = await hold(page, CREDENTIALS, "POST");
  const button = page.getByRole("button", { name: "Create credentials", exact: true });
  await button.dblclick();
  await expect(button).toHaveAttribute("aria-busy", "true");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert").filter({ hasText: "Wait for its secret" })).toBeVisible();
  held.release();
  await expect(page.getByRole("dialog", { name: "Your new credentials" })).toBeVisible();
  expect(held.count()).toBe(1);
  expect(await listed(person)).toHaveLength(1);
});

test("C22 what the server finds wrong lands on its field, and what was typed stays", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 422/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "workspace");
  const errors = [
    { pointer: "/label", detail: "That label is taken." },
    { pointer: "/expires_at", detail: "That is too late." },
  ];
  await refuse(page, CREDENTIALS, "POST", 422, { code: "invalid", title: "Something in the request is not right.", errors });
  await page.getByRole("button", { name: "Create new credentials" }).click();
  const label = page.getByRole("textbox", { name: "Label" });
  await label.fill("mine");
  await choose(page, "In 90 days");
  await label.press("Enter");
  await expect(label).toHaveAttribute("aria-invalid", "true");
  await expect(label).toHaveAccessibleDescription(/That label is taken\./);
  await expect(label).toBeFocused();
  await expect(label).toHaveValue("mine");
  const expires = page.getByRole("combobox", { name: "Expires" });
  await expect(expires).toHaveAccessibleDescription(/That is too late\./);
  await expect(expires).toHaveValue("90");
  await accessibleInBothThemes(page, "refused fields");
});

test("P01 the label is edited in its row", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const pair = await makeKey(person, person.workspace);
  await open(person, "workspace");
  const field = page.getByRole("textbox", { name: `Label of key ${pair.access_key.slice(-4)}` });
  const pencil = page.getByRole("button", { name: `Edit label of key ${pair.access_key.slice(-4)}` });
  await pencil.focus();
  await page.keyboard.press("Enter");
  await expect(field).toBeFocused();
  await accessibleInBothThemes(page, "editing a label");
  await field.fill("build server");
  await page.keyboard.press("Enter");
  await expect(rowsOf(page, "build server")).toBeVisible();
  await expect(pencil, "the focus stays in the row").toBeFocused();
  await expect(page.getByRole("button", { name: "Revoke build server" }), "the buttons say the new name").toBeVisible();
  await page.reload();
  await expect(rowsOf(page, "build server")).toBeVisible();

  await pencil.click();
  await field.fill("never mind");
  await page.keyboard.press("Escape");
  await expect(rowsOf(page, "build server")).toBeVisible();
  expect((await listed(person))[0].label).toBe("build server");
});

test("P01 the table says when and from where a key was last used", async ({ newcomer, signIn, server }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const byWorker = await makeKey(person, person.workspace, { label: "worker" });
  const byAddress = await makeKey(person, person.workspace, { label: "script" });
  await makeKey(person, person.workspace, { label: "spare" });
  expect(await logIn(server, byWorker, "node-7:gpu0")).toBe(200);
  expect(await logIn(server, byAddress)).toBe(200);
  await usedFrom(person, byWorker.access_key, "node-7:gpu0");
  await usedFrom(person, byAddress.access_key, "127.0.0.1");
  await open(person, "workspace");
  const lastUsed = (label: string) => rowsOf(page, label).getByRole("cell").nth(2);
  await expect(lastUsed("worker")).toHaveText(/^just now\s*from node-7:gpu0$/);
  await expect(lastUsed("script")).toHaveText(/^just now\s*from 127\.0\.0\.1$/);
  await expect(lastUsed("spare")).toHaveText("Never");
});
