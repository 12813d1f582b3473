// Everything by keyboard alone: the skip link, the palette, menus, dialogs, tabs, and a visible focus everywhere.
import { type Page } from "@playwright/test";
import { NAMES, SECTIONS, open, profileButton, settings, there } from "../lib/app.js";
import { MEMBER, expect, test, tokenOf } from "../lib/test.js";

/** Where the focus is: the element's words, and whether one can see it and its ring. */
const focus = (page: Page) =>
  page.evaluate(() => {
    const one = document.activeElement as HTMLElement | null;
    if (!one || one === document.body) return undefined;
    const ring = (of: Element) => {
      const style = getComputedStyle(of);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    };
    // A radio button may be drawn by its label.
    const shown = one.closest("label") ?? one;
    const hasRing = ring(one) || [...shown.querySelectorAll("*"), shown].some(ring);
    const box = shown.getBoundingClientRect();
    // Some of it must be seen: neither outside the window nor under a bar.
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const x = box.x + Math.min(box.width, innerWidth) / 2;
    const hidden = [0.1, 0.5, 0.9].every((part) => {
      const seen = document.elementFromPoint(x, top + (bottom - top) * part);
      return !seen || !(shown.contains(seen) || seen.contains(shown));
    });
    return { what: `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent?.trim().slice(0, 40) ?? ""}`, hasRing, hidden };
  });

test("C5 the skip link is the first stop and leads past the bars", async ({ ada, page }) => {
  await open(ada, "usage");
  await ada.page.keyboard.press("Tab");
  const skip = ada.page.getByRole("link", { name: "Skip to the page" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.getByRole("main")).toBeFocused();
  await expect(ada.page, "it is no address of its own").toHaveURL(settings(ada.workspace, "usage"));

  await page.goto("/forgot-password");
  await there(page, "Forgot your password?");
  // The field has the focus from the beginning; before it come the brand and, first of all, the skip link.
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
});

test("C6 the palette opens anywhere, goes where one says, and gives the focus back", async ({ ben, shared }) => {
  const { page } = ben;
  await open(ben, "profile");
  const field = page.getByRole("textbox", { name: "Current password" });
  await field.focus();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Go to" });
  const box = palette.getByRole("combobox");
  await expect(box).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);
  await expect(field).toBeFocused();

  await page.keyboard.press("Meta+k");
  await expect(box).toBeFocused();
  await page.keyboard.type("usa");
  await expect(palette.getByRole("option")).toHaveText([/Usage & Billing/]);
  await page.keyboard.press("Enter");
  await there(page, NAMES.usage);

  await page.keyboard.press("Control+k");
  await expect(palette.getByRole("option", { selected: true })).toHaveText(/Profile/);
  await page.keyboard.press("ArrowDown");
  const chosen = palette.getByRole("option", { selected: true });
  await expect(chosen).toHaveText(/Configuration/);
  expect(await box.getAttribute("aria-activedescendant")).toBe(await chosen.getAttribute("id"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(chosen, "it goes round").toHaveText(/Dark/);

  await box.fill("ada admin");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(settings(shared, "workspace"));
  await page.keyboard.press("Control+k");
  await box.fill("there is no such thing");
  await expect(palette.getByRole("status")).toHaveText("No match");
});

test("C30 the profile menu follows the keyboard pattern of menus", async ({ ben }) => {
  const { page } = ben;
  await open(ben, "profile");
  const button = profileButton(page);
  const item = (name: string) => page.getByRole("menu").getByRole("menuitem", { name, exact: true });
  await expect(button).toHaveAttribute("aria-haspopup", "menu");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-expanded", "true");
  await expect(item("Settings")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(item("Invite a User")).toBeFocused();
  await page.keyboard.press("End");
  await expect(item("Sign out")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(item("Settings"), "it goes round").toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(item("Sign out")).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.type("ada");
  await expect(item("Ada Admin's workspace"), "typing finds").toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(button).toBeFocused();
  await expect(button).toHaveAttribute("aria-expanded", "false");

  await page.keyboard.press("ArrowDown");
  await expect(item("Settings")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("menu"), "Tab leaves and closes it").toBeHidden();
  await button.click();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(page.getByRole("menu"), "a click elsewhere closes it").toBeHidden();
});

test("C29 a dialog keeps the keyboard inside, closes by Esc, × and a click beside it, and gives the focus back", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "users");
  const opener = page.getByRole("button", { name: "Invite user" });
  const dialog = page.getByRole("dialog", { name: /Invite/ });
  const ways = {
    "Esc": () => page.keyboard.press("Escape"),
    "×": () => dialog.getByRole("button", { name: "Close" }).click(),
    "a click beside it": () => page.mouse.click(20, 20),
  };
  for (const [way, close] of Object.entries(ways)) {
    await opener.click();
    await expect(dialog).toBeVisible();
    expect(await dialog.evaluate((one) => one instanceof HTMLDialogElement && one.matches(":modal"))).toBe(true);
    const inside = () => page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null);
    expect(await inside(), "the focus begins inside").toBe(true);
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press("Tab");
      expect(await inside(), `${way}: stop ${stop}`).toBe(true);
    }
    await close();
    await expect(dialog, way).toHaveCount(0);
    await expect(opener, way).toBeFocused();
  }
});

test("C30 tabs follow the arrows, Home and End", async ({ ada, page }) => {
  const invited = await ada.api("POST", `/api/v1/workspaces/${ada.workspace}/invitations`, { role: "user" });
  await page.goto(`/join#token=${tokenOf(invited.body.link)}`);
  const tab = (name: string) => page.getByRole("tab", { name });
  await expect(tab("New account")).toHaveAttribute("aria-selected", "true");
  await tab("New account").focus();
  await page.keyboard.press("ArrowRight");
  await expect(tab("I have an account")).toBeFocused();
  await expect(tab("I have an account")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("tabpanel", { name: "I have an account" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(tab("New account"), "it goes round").toBeFocused();
  await page.keyboard.press("End");
  await expect(tab("I have an account")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(tab("New account")).toBeFocused();
  await expect(tab("I have an account"), "one stop for Tab").toHaveAttribute("tabindex", "-1");
});

test("C36 Tab reaches everything on every page, with a ring that is seen and not covered", async ({ ada, page }) => {
  const walk = async (on: Page, what: string) => {
    const skip = on.getByRole("link", { name: "Skip to the page" });
    await skip.focus();
    const seen = [(await focus(on))!.what];
    for (let stop = 0; stop < 400; stop++) {
      await on.keyboard.press("Tab");
      const now = await focus(on);
      if (!now || now.what === seen[0]) break;
      seen.push(now.what);
      expect(now.hasRing, `${what}: a ring around ${now.what}`).toBe(true);
      expect(now.hidden, `${what}: ${now.what} is covered`).toBe(false);
    }
    return seen;
  };
  await ada.page.setViewportSize({ width: 1280, height: 500 });
  for (const section of SECTIONS) {
    await open(ada, section);
    const stops = await walk(ada.page, section);
    const able = await ada.page.locator("main :is(a[href], button, input, select, textarea, [tabindex='0']):visible").count();
    const radios = await ada.page.locator("main input[type=radio]").count();
    const groups = await ada.page.locator("main fieldset:has(input[type=radio])").count();
    expect(stops.length, `${section}: every control of the page is a stop`).toBeGreaterThanOrEqual(able - radios + groups);
  }
  for (const address of ["/sign-in", "/reset-password"]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await walk(page, address);
  }
});

test("signing in, renaming oneself and signing out need no mouse", async ({ page, shared }) => {
  void shared;
  await page.goto("/sign-in");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.keyboard.type(MEMBER.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(MEMBER.password);
  await page.keyboard.press("Enter");
  await there(page, NAMES.workspace);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("prof");
  await page.keyboard.press("Enter");
  await there(page, NAMES.profile);
  const account = page.getByRole("region", { name: "Your account" });
  const pencil = page.getByRole("button", { name: "Edit name" });
  const field = account.getByRole("textbox", { name: "Name" });
  await pencil.press("Enter");
  await expect(field).toBeFocused();
  await page.keyboard.type("Ben By Keys");
  await page.keyboard.press("Enter");
  await expect(account.getByRole("heading", { name: /Ben By Keys/ })).toBeVisible();
  await expect(pencil).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(field).toBeFocused();
  await page.keyboard.type(MEMBER.name);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(account.getByRole("heading", { name: new RegExp(MEMBER.name) })).toBeVisible();
  await profileButton(page).press("Enter");
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await there(page, "Sign in");
});
