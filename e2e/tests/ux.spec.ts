// What people may expect of any app: feedback, nothing lost, and a word about what went wrong. The numbers are those
// of the criteria that every page is held to.
import { type Page } from "@playwright/test";
import { NAMES, SECTIONS, hold, open, refuse, sectionLink, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { expect, test } from "../lib/test.js";

/** What each page asks the server for, besides who is signed in. */
const LOADS = {
  profile: /\/me\/sessions$/,
  configuration: /\/api\/v1\/server$/,
  workspace: /\/credentials(\?|$)/,
  users: /\/members(\?|$)/,
  usage: /\/api\/.*\/usage(\?|$)/,
  audit: /\/api\/.*\/audit(\?|$)/,
  "server-users": /\/server\/users(\?|$)/,
  "server-workspaces": /\/server\/workspaces(\?|$)/,
  "server-log": /\/server\/audit(\?|$)/,
} as const;

const goTo = (page: Page, section: keyof typeof NAMES) =>
  sectionLink(page, section).click();

test("C10 every press shows something at once, also on a slow line", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  const held = await hold(page, /\/me\/password$/, "POST");
  await page.getByRole("textbox", { name: "Current password" }).fill("whatever it is");
  await page.getByRole("textbox", { name: "New password" }).fill("a new long password");
  const button = page.getByRole("button", { name: "Change password" });
  await button.click();
  await expect(button).toHaveAttribute("aria-busy", "true", { timeout: 100 });
  expect(held.count()).toBe(1);
});

test("C11 a quick load shows no skeleton, a slow one shows it without moving the page", async ({ ada }) => {
  const { page } = ada;
  await page.addInitScript(() => {
    const shifts = { all: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!shift.hadRecentInput) shifts.all += shift.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const section of Object.keys(LOADS) as (keyof typeof LOADS)[]) {
    const held = await hold(page, LOADS[section]);
    await page.goto(settings(ada.workspace, section));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAMES[section]);
    const bones = page.getByRole("main").getByText("Loading…").first().locator("..");
    await expect(bones).toBeAttached();
    const bone = bones.locator(".bone").first();
    const delay = await bone.evaluate((one) => getComputedStyle(one).animationDelay);
    expect(parseFloat(delay) * 1_000, `${section}: not at once`).toBeGreaterThanOrEqual(200);
    await expect(bone, `${section}: seen after a while`).toHaveCSS("visibility", "visible");
    held.release();
    await there(page, NAMES[section]);
    await page.waitForTimeout(100);
    const shifts = await page.evaluate(() => (window as unknown as { shifts: { all: number } }).shifts.all);
    expect(shifts, `${section}: layout shift`).toBeLessThan(0.1);
    await page.unroute(LOADS[section]);
  }
});

test("C14 news is read aloud, waits while it is looked at, and is dismissed by keyboard", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await page.goto(settings(person.workspace, "profile"));
  const region = page.getByRole("region", { name: "Notifications" });
  await expect(region.getByRole("status"), "there from the beginning").toBeAttached();
  await there(page, NAMES.profile);
  const rename = async (name: string) => {
    await page.getByRole("button", { name: "Edit name" }).click();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
  };
  await rename("Nora Looked At");
  const toast = region.getByText("Name saved");
  await expect(toast).toBeVisible();
  await page.keyboard.press("F8");
  const dismiss = region.getByRole("button", { name: "Dismiss" });
  await expect(dismiss).toBeFocused();
  await page.waitForTimeout(6_500);
  await expect(toast, "it waits while it has the focus").toBeVisible();
  await accessibleInBothThemes(page, "a toast");
  await toast.hover();
  await page.keyboard.press("Shift+Tab");
  await expect(dismiss).not.toBeFocused();
  await page.waitForTimeout(6_500);
  await expect(toast, "it waits under the pointer").toBeVisible();
  await page.mouse.move(600, 200);
  await expect(toast, "then it goes by itself").toHaveCount(0);

  await rename("Nora Again");
  await expect(toast).toBeVisible();
  await page.keyboard.press("F8");
  await page.keyboard.press("Enter");
  await expect(toast).toHaveCount(0);
});

test("C17 what could not be loaded says so and is tried again, while the rest stays usable", async ({ ada, expectErrors }) => {
  expectErrors(/ERR_FAILED|Failed to load/);
  const { page } = ada;
  for (const section of Object.keys(LOADS) as (keyof typeof LOADS)[]) {
    let broken = true;
    await page.route(LOADS[section], (route) => (broken ? route.abort() : route.fallback()));
    await page.goto(settings(ada.workspace, section));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAMES[section]);
    const failure = page.getByRole("main").getByRole("alert").filter({ hasText: "The server cannot be reached." });
    await expect(failure, section).toHaveCount(1);
    if (section === "users") await accessibleInBothThemes(page, "a failed load");
    await expect(page.getByRole("navigation", { name: "Settings" }).getByRole("link").first()).toBeVisible();
    broken = false;
    await failure.getByRole("button", { name: "Try again" }).click();
    await there(page, NAMES[section]);
    await expect(failure, section).toHaveCount(0);
    await page.unroute(LOADS[section]);
  }
});

test("C17 when the server is out of reach at the start, the page says so and tries again", async ({ ada, expectErrors }) => {
  expectErrors(/ERR_FAILED|Failed to load/);
  const { page } = ada;
  let broken = true;
  await page.route(/\/api\/v1\/session$/, (route) => (broken ? route.abort() : route.fallback()));
  await page.goto(settings(ada.workspace, "configuration"));
  await there(page, "Clearance is out of reach");
  await accessibleInBothThemes(page, "out of reach");
  broken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await there(page, NAMES.configuration);
});

test("C18 offline: a notice appears, saving is refused politely, and back online everything goes on", async ({
  newcomer,
  signIn,
  expectErrors,
}) => {
  expectErrors(/ERR_INTERNET_DISCONNECTED|Failed to load/);
  const person = await signIn(await newcomer());
  const { page, context } = person;
  await open(person, "profile");
  await page.getByRole("button", { name: "Edit name" }).click();
  const field = page.getByRole("textbox", { name: "Name", exact: true });
  await field.fill("Nora Offline");
  await context.setOffline(true);
  const notice = page.getByRole("status").filter({ hasText: "You are offline." });
  await expect(notice).toBeVisible();
  await accessibleInBothThemes(page, "offline");
  await page.keyboard.press("Enter");
  await expect(field).toHaveAccessibleDescription(/cannot be reached/);
  await expect(field).toHaveValue("Nora Offline");
  await context.setOffline(false);
  await expect(notice).toHaveCount(0);
  await field.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: /Nora Offline/ })).toBeVisible();

  await context.setOffline(true);
  await goTo(page, "users");
  await expect(page.getByRole("alert").first()).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole("table", { name: "Users" }), "it loads by itself").toBeVisible();
});

test("C20 a missing file of the app shows a reload notice instead of an empty page", async ({ page, expectErrors }) => {
  expectErrors(/./);
  let broken = true;
  await page.route(/\.wasm$/, (route) => (broken ? route.fulfill({ status: 404, body: "gone" }) : route.fallback()));
  await page.goto("/sign-in");
  await expect(page.getByRole("alert")).toHaveText(/could not be loaded/);
  await accessibleInBothThemes(page, "a stale page");
  broken = false;
  await page.getByRole("button", { name: "Reload" }).click();
  await there(page, "Sign in");
});

test("C20 a fault of the app itself shows a reload notice instead of a dead page", async ({ ada, expectErrors }) => {
  expectErrors(/./);
  const { page } = ada;
  await open(ada, "profile");
  await page.evaluate(() => {
    // The next element that the app draws cannot be made; the ones after that can.
    const broken = (owner: { prototype: object }, name: string) => {
      const own = (owner.prototype as Record<string, (...values: unknown[]) => unknown>)[name]!;
      (owner.prototype as Record<string, unknown>)[name] = function () {
        (owner.prototype as Record<string, unknown>)[name] = own;
        throw new Error("made by the test");
      };
    };
    broken(Node, "cloneNode");
    broken(Node, "insertBefore");
  });
  await goTo(page, "configuration");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Something went wrong");
  await page.getByRole("button", { name: "Reload" }).click();
  await there(page, NAMES.configuration);
});

test("C21 an empty form says what is wrong beside each field and leads to the first", async ({ ada, page }) => {
  const wrong = async (on: Page, names: string[]) => {
    for (const name of names) {
      const field = on.getByRole("textbox", { name, exact: true });
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toHaveAccessibleDescription(/\.$/);
      await expect(on.getByText(name, { exact: true }).first(), "its label is visible").toBeVisible();
    }
    await expect(on.getByRole("textbox", { name: names[0], exact: true })).toBeFocused();
  };
  await open(ada, "profile");
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await wrong(ada.page, ["Current password", "New password"]);
  await accessibleInBothThemes(ada.page, "a form with errors");

  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await wrong(page, ["E-mail", "Password"]);
  await accessibleInBothThemes(page, "signing in with errors");
  await page.goto("/forgot-password");
  await page.getByRole("button", { name: "Ask for a link" }).click();
  await wrong(page, ["E-mail"]);
  await page.goto("/reset-password#token=0");
  await page.getByRole("button", { name: "Set new password" }).click();
  await wrong(page, ["New password"]);
});

test("C21 a field says what is wrong when it is left, and the press that leaves it is not lost", async ({ page }) => {
  await page.goto("/forgot-password");
  const field = page.getByLabel("E-mail");
  await field.fill("no address");
  await page.keyboard.press("Shift+Tab");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await field.fill("still none");
  await expect(field, "while it is put right, it is not blamed").not.toHaveAttribute("aria-invalid", "true");

  await page.goto("/reset-password#token=0");
  const password = page.getByLabel("New password");
  await password.fill("short");
  const button = page.getByRole("button", { name: "Set new password" });
  const before = await button.boundingBox();
  // As slowly as a person: what appears between press and release would move the button away.
  await page.mouse.move(before!.x + before!.width / 2, before!.y + before!.height - 4);
  await page.mouse.down();
  await page.waitForTimeout(120);
  const pressed = await button.boundingBox();
  expect(Math.abs(pressed!.y - before!.y), "it stays under the pointer").toBeLessThan(3);
  await page.mouse.up();
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expect(password).toBeFocused();
});

test("C22 what the server finds wrong lands on the same field, and the values stay", async ({ ada, expectErrors }) => {
  expectErrors(/status of 422/);
  const { page } = ada;
  await open(ada, "profile");
  await refuse(page, /\/me\/password$/, "POST", 422, {
    code: "invalid",
    title: "Something in the request is not right.",
    errors: [{ pointer: "/new", detail: "This one is known from leaks." }],
  });
  const current = page.getByRole("textbox", { name: "Current password" });
  const next = page.getByRole("textbox", { name: "New password" });
  await current.fill("the one before");
  await next.fill("password password");
  await page.keyboard.press("Enter");
  await expect(next).toHaveAccessibleDescription(/This one is known from leaks\./);
  await expect(next).toBeFocused();
  await expect(current).toHaveValue("the one before");
  await expect(next).toHaveValue("password password");
});

test("C23 Enter submits, and a form that is under way is not sent twice", async ({ page, expectErrors }) => {
  expectErrors(/status of 401/);
  await page.goto("/sign-in");
  const held = await hold(page, /\/api\/v1\/session$/, "POST");
  await page.getByLabel("E-mail").fill("twice@example.com");
  await page.getByRole("textbox", { name: "Password" }).fill("sent only once");
  const button = page.getByRole("button", { name: "Sign in", exact: true });
  await expect(button, "it can be pressed from the beginning").toBeEnabled();
  await button.dblclick();
  await page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-busy", "true");
  expect(held.count()).toBe(1);
  held.release();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(button).not.toHaveAttribute("aria-busy", "true");
});

test("C24 leaving with unsaved changes asks first, by link, Back and closing the tab", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "configuration");
  await goTo(page, "profile");
  await there(page, NAMES.profile);
  const field = page.getByRole("textbox", { name: "New password" });
  await field.fill("not saved yet");
  const asked: string[] = [];
  let answer = false;
  page.on("dialog", async (dialog) => {
    asked.push(dialog.type());
    await (answer ? dialog.accept() : dialog.dismiss());
  });
  await goTo(page, "usage");
  expect(asked).toEqual(["confirm"]);
  await expect(field).toHaveValue("not saved yet");
  await page.goBack();
  await expect.poll(() => asked).toEqual(["confirm", "confirm"]);
  await expect(page).toHaveURL(settings(ada.workspace, "profile"));
  await expect(field).toHaveValue("not saved yet");
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toEqual(["confirm", "confirm", "beforeunload"]);
  answer = true;
  await goTo(page, "usage");
  await there(page, NAMES.usage);
  expect(asked).toHaveLength(4);
  await goTo(page, "configuration");
  await there(page, NAMES.configuration);
  expect(asked, "nothing is unsaved any more").toHaveLength(4);
});

test("C24 after saving nothing is asked", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  const asked: string[] = [];
  page.on("dialog", async (dialog) => {
    asked.push(dialog.message());
    await dialog.accept();
  });
  await open(person, "profile");
  await page.getByRole("textbox", { name: "Current password" }).fill(account.password);
  await page.getByRole("textbox", { name: "New password" }).fill("saved and done with");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Password changed.")).toBeVisible();
  await goTo(page, "usage");
  await there(page, NAMES.usage);
  expect(asked).toEqual([]);
});

test("C25 buttons say what they do", async ({ ada, page }) => {
  const vague = /^(save|ok|okay|submit|apply|update|yes|no|go|confirm|done|next|continue|send|change|edit|delete|remove)$/i;
  const names = async (on: Page) =>
    on.getByRole("button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent?.trim() ?? ""));
  for (const section of SECTIONS) {
    await open(ada, section);
    for (const name of await names(ada.page)) {
      expect(name, `${section}: a name`).not.toBe("");
      expect(name, section).not.toMatch(vague);
    }
  }
  for (const address of ["/sign-in", "/forgot-password", "/reset-password#token=0", "/join"]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const name of await names(page)) expect(name, address).not.toMatch(vague);
  }
});

test("C28 fields are filled by pasting and by password managers, which leave the searches alone", async ({ ada, page }) => {
  await page.goto("/sign-in");
  const email = page.getByLabel("E-mail");
  await expect(email).toHaveAttribute("type", "email");
  await expect(email).toHaveAttribute("autocomplete", "username");
  await expect(email).toHaveAttribute("inputmode", "email");
  const password = page.getByRole("textbox", { name: "Password" });
  await expect(password).toHaveAttribute("autocomplete", "current-password");
  await expect(password).toHaveAttribute("type", "password");
  await page.evaluate(() => navigator.clipboard.writeText("pasted, not typed"));
  await password.focus();
  await page.keyboard.press("ControlOrMeta+v");
  await expect(password).toHaveValue("pasted, not typed");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");

  await open(ada, "profile");
  await expect(ada.page.getByRole("textbox", { name: "Current password" })).toHaveAttribute("autocomplete", "current-password");
  await expect(ada.page.getByRole("textbox", { name: "New password" })).toHaveAttribute("autocomplete", "new-password");
  await open(ada, "users");
  const search = ada.page.getByRole("searchbox");
  await expect(search).toHaveAttribute("data-1p-ignore", "");
  await expect(search).toHaveAttribute("autocomplete", "off");
  for (const section of SECTIONS) {
    await open(ada, section);
    const fields = ada.page.locator("main input:not([type=radio], [type=checkbox])");
    expect(await fields.evaluateAll((all) => all.filter((one) => !one.hasAttribute("autocomplete")).length), section).toBe(0);
  }
});

test("C27 nothing secret is in the browser's storage or in an address", async ({ newcomer, signIn }) => {
  const account = await newcomer();
  const person = await signIn(account);
  const { page } = person;
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  for (const section of SECTIONS) await open(person, section);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  expect(kept).not.toMatch(/password|token|secret|session/i);
  const [cookie] = await person.context.cookies();
  expect(cookie).toMatchObject({ name: "__Host-session", httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
  for (const address of addresses) expect(address).not.toContain(cookie!.value);
});
