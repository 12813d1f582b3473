// The proof with the real thing: a key that is made in the app works with the stock Python SDK, and not any more once
// it is revoked there.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { there } from "../lib/app.js";
import { ended, python, sdk, start, test } from "../lib/sdk.js";
import { caller, expect } from "../lib/test.js";

const REFUSED = 3;

/** What the SDK says of itself when it logs in with this file. */
async function whoAmI(home: string, config: string) {
  const { code, output } = await ended(start(python(), [sdk("whoami.py")], home, config));
  const said = output.trim().split("\n").pop() ?? "";
  return { code, said: said.startsWith("{") ? JSON.parse(said) : output };
}

test("R041 a key from the app works with the stock SDK, until it is revoked in the app", async ({ page, newcomer, home }) => {
  test.setTimeout(150_000);
  const [, wanted] = /^clearml==(\S+)$/m.exec(await readFile(sdk("requirements.txt"), "utf8")) ?? [];
  const version = "from importlib.metadata import version; print(version('clearml'))";
  const installed = await ended(start(python(), ["-c", version], home, ""));
  expect(installed.output.trim(), "the stock SDK").toBe(wanted);

  // Sign in with the form, and make a key with the button and the dialog.
  const nora = await newcomer();
  await page.goto("/");
  await page.getByLabel("E-mail").fill(nora.email);
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(nora.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await there(page, "Workspace");
  await page.getByRole("button", { name: "Create new credentials" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("training run");
  await page.getByRole("button", { name: "Create credentials" }).click();
  const dialog = page.getByRole("dialog", { name: "Your new credentials" });
  await expect(dialog.getByRole("tab", { name: "LOCAL PYTHON" })).toHaveAttribute("aria-selected", "true");
  await dialog.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
  const section = await page.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole("button", { name: "Done" }).click();

  // The section is a whole clearml.conf.
  const config = join(home, "clearml.conf");
  await writeFile(config, section);
  const me = (await caller(page)("GET", "/api/v1/me")).body;
  const [, workspace] = /\/workspaces\/([0-9a-f]{32})\//.exec(page.url()) ?? [];
  const nameOfMe = { name: nora.name, id: me.id, workspace };
  expect(await whoAmI(home, config)).toEqual({ code: 0, said: nameOfMe });

  // It is what clearml-init takes, too, when it is pasted.
  const written = join(home, "written.conf");
  const init = start(join(dirname(python()), "clearml-init"), [], home, written);
  init.stdin?.end(section);
  const told = await ended(init);
  expect(told.output).toContain("Credentials verified!");
  expect(told.output).toContain("ClearML setup completed successfully.");
  expect(await whoAmI(home, written)).toEqual({ code: 0, said: nameOfMe });

  // One client stays logged in.
  const run = start(python(), [sdk("stays.py")], home, config);
  const running = ended(run);
  const lines = run.stdout ? createInterface(run.stdout)[Symbol.asyncIterator]() : undefined;
  const next = async () => JSON.parse((await lines?.next())?.value ?? "null");
  expect(await next()).toEqual(nameOfMe);
  run.stdin?.write("again\n");
  expect(await next()).toEqual(nameOfMe);

  // Revoke the key with the mouse.
  await page.getByRole("row", { name: /training run/ }).getByRole("button", { name: "Revoke training run" }).click();
  const question = page.getByRole("dialog", { name: "Revoke the key “training run”?" });
  await question.getByRole("textbox").fill("training run");
  await question.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("Key training run revoked")).toBeVisible();
  await expect(page.getByRole("row", { name: /training run/ })).toHaveCount(0);

  run.stdin?.write("and again\n");
  expect((await next())?.error, "a client that was logged in").toContain("error 401");
  expect((await running).code).toBe(REFUSED);
  for (const file of [config, written]) {
    const refused = await whoAmI(home, file);
    expect(refused.code, JSON.stringify(refused.said)).toBe(REFUSED);
  }
});
