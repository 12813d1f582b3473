// How it looks, and to whom: contrast and names by axe, light and dark, small screens, large text, less motion,
// forced colours.
import { type Page } from "@playwright/test";
import { SECTIONS, fits, open, openInbox, openMenu, settings, there } from "../lib/app.js";
import { accessible, accessibleInBothThemes } from "../lib/axe.js";
import { type Person, expect, test, tokenOf } from "../lib/test.js";

/** Pages outside any workspace, by address and heading. */
const OUTSIDE = {
  "/sign-in": "Sign in",
  "/forgot-password": "Forgot your password?",
  "/reset-password": "Choose a new password",
  "/reset-password#token=0": "Choose a new password",
  "/setup": "Set up Clearance",
  "/join": "Join a workspace",
  "/join#token=0": "Join a workspace",
} as const;

async function everyOutside(page: Page, look: (what: string) => Promise<void>) {
  for (const [address, heading] of Object.entries(OUTSIDE)) {
    await page.goto("about:blank");
    await page.goto(address);
    await there(page, heading);
    await look(address);
  }
}

async function everyInside(person: Person, look: (what: string) => Promise<void>) {
  for (const section of SECTIONS) {
    await open(person, section);
    await look(section);
  }
}

/** Opens every menu and dialog of the frame and of the pages, one after the other. */
async function everyOverlay(person: Person, look: (what: string) => Promise<void>) {
  const { page } = person;
  await open(person, "users", "?dialog=invite");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.getByRole("textbox", { name: "E-mail" }).fill("ann@example.com, bo@example.com ");
  await expect(page.getByRole("list", { name: "Added" }).getByRole("listitem")).toHaveCount(2);
  await look("the invitation dialog");
  await open(person, "workspace", "?dialog=create-workspace");
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("the dialog for a new workspace");
  await open(person, "workspace", "?dialog=new-credential");
  await look("the dialog for new credentials");
  await open(person, "profile");
  await openMenu(page);
  await look("the profile menu");
  await page.keyboard.press("Escape");
  await openInbox(page);
  await look("the notifications");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("the palette");
  await page.getByRole("combobox").fill("no such thing");
  await look("the palette without a match");
  const { id } = (await person.api("GET", "/api/v1/me")).body;
  for (const dialog of ["account", "password-link", "delete-account"]) {
    await open(person, "server-users", `?dialog=${dialog}&key=${id}`);
    await expect(page.getByRole("dialog").getByText("Loading…")).toHaveCount(0);
    await look(`the dialog ${dialog}`);
  }
  await open(person, "server-log", "?entry=1");
  await page.getByRole("button", { name: "Verify chain" }).click();
  await expect(page.getByText("The chain is whole")).toBeVisible();
  await look("a verified log with an entry in full");
}

test("C35 axe finds nothing on any page of a workspace", async ({ ada }) => {
  await everyInside(ada, (what) => accessibleInBothThemes(ada.page, what));
});

test("C35 axe finds nothing in any menu or dialog", async ({ ada }) => {
  await everyOverlay(ada, (what) => accessibleInBothThemes(ada.page, what));
});

test("C35 axe finds nothing on any page outside a workspace", async ({ page, ada, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  await everyOutside(page, (what) => accessibleInBothThemes(page, what));
  const invited = await ada.api("POST", `/api/v1/workspaces/${ada.workspace}/invitations`, { role: "user" });
  await page.goto("about:blank");
  await page.goto(`/join#token=${tokenOf(invited.body.link)}`);
  await expect(page.getByRole("tab", { name: "New account" })).toBeVisible();
  await accessibleInBothThemes(page, "an invitation");
});

test("C35 axe finds nothing in the dialog of an ended session", async ({ newcomer, signIn, expectErrors }) => {
  expectErrors(/status of 401/);
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "configuration");
  await person.context.clearCookies();
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Profile" }).click();
  await expect(page.getByRole("dialog", { name: "Your session has ended" })).toBeVisible();
  await accessibleInBothThemes(page, "an ended session");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "an ended session");
});

test("C35 C38 what a plain member sees is accessible and fits a phone", async ({ ben, shared }) => {
  const person = { ...ben, workspace: shared };
  for (const section of ["profile", "configuration", "workspace"] as const) {
    await open(person, section);
    await accessibleInBothThemes(ben.page, section);
  }
  await ben.page.setViewportSize({ width: 360, height: 740 });
  await open(person, "workspace");
  await fits(ben.page, "the workspace page of a member");
});

test("C36 the focus ring has a contrast of 3 to 1 at least, light and dark", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const colours = await page.evaluate(() => {
      // Asks the browser what the tokens mean now.
      const probe = document.body.appendChild(document.createElement("i"));
      const of = (name: string) => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color.match(/[\d.]+/g)!.slice(0, 3).map(Number);
      };
      const found = { ring: of("--ring"), behind: ["--page", "--surface", "--raised", "--sunken", "--side"].map(of) };
      probe.remove();
      return found;
    });
    const light = (rgb: number[]) => {
      const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    for (const behind of colours.behind) {
      const [high, low] = [light(colours.ring), light(behind)].sort((a, b) => b - a);
      expect((high! + 0.05) / (low! + 0.05), `${colorScheme}: ${behind}`).toBeGreaterThanOrEqual(3);
    }
  }
});

/** Controls smaller than a square of `least` pixels; links within a sentence are as high as their line. */
const small = (page: Page, least: number) =>
  page.evaluate((least) => {
    const controls = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, [role=option], [tabindex='0']")];
    const seen = controls.filter((one) => one.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }));
    return seen
      .filter((one) => !(one.tagName === "A" && one.closest("p, li > span, td, dd") && getComputedStyle(one).display === "inline"))
      .filter((one) => !one.classList.contains("skip-link"))
      .map((one) => {
        // A radio button or checkbox is pressed by its label too.
        const label = one.tagName === "INPUT" && (one as HTMLInputElement).labels?.[0];
        const pressed = label && /radio|checkbox/.test((one as HTMLInputElement).type) ? [one, label] : [one];
        const boxes = pressed.map((each) => each.getBoundingClientRect());
        return { one, width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
      })
      .filter(({ width, height }) => width > 0 && (width < least - 0.5 || height < least - 0.5))
      .map(({ one, width, height }) => `${one.tagName}.${one.className} “${one.textContent?.trim().slice(0, 30)}” ${Math.round(width)}×${Math.round(height)}`);
  }, least);

test("C36 nothing that is pressed is smaller than 24 pixels, or 44 under a finger", async ({ ada, signIn, browser, server, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  const check = (page: Page, least: number) => async (what: string) => expect(await small(page, least), `${what}, ${least}`).toEqual([]);
  await everyInside(ada, check(ada.page, 24));
  const touch = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } };
  const phone = await signIn(ada.account, touch);
  await everyInside(phone, check(phone.page, 44));
  await everyOverlay(phone, check(phone.page, 44));
  const stranger = await browser.newContext({ ...touch, baseURL: server.url });
  const page = await stranger.newPage();
  await everyOutside(page, check(page, 44));
  await stranger.close();
});

test("C37 the theme follows the system, can be overridden, and is right at the first paint", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await open(person, "configuration");
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByRole("radio", { name: "Light" }).check();
  await expect.poll(background).toBe(light);

  // Before a line of the app has run, the page has the remembered colours.
  await page.route(/\.wasm$/, () => {});
  await page.goto(settings(person.workspace, "configuration"), { waitUntil: "commit" });
  await expect(page.getByText("Loading Clearance…")).toBeVisible();
  expect(await background(), "light on a dark system").toBe(light);
  await expect(page.locator("meta[name=color-scheme]")).toHaveAttribute("content", "light dark");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "light");
  await accessible(page, "the page while the app is loading");
});

test("C38 nothing scrolls sideways on a screen of 360 pixels", async ({ ada }) => {
  const { page } = ada;
  await page.setViewportSize({ width: 360, height: 740 });
  await everyInside(ada, (what) => fits(page, what));
  await everyOverlay(ada, (what) => fits(page, what));
});

test("C38 the pages outside a workspace fit 360 pixels, also with text twice as large", async ({ page, expectErrors }) => {
  expectErrors(/status of 4(04|10)/);
  await page.setViewportSize({ width: 360, height: 740 });
  await everyOutside(page, async (what) => {
    await fits(page, what);
    await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    await fits(page, `${what}, large text`);
  });
});

test("C38 text twice as large is not cut off, at 1280 and at 360 pixels", async ({ ada }) => {
  const { page } = ada;
  const cutOff = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("h1, h2, h3, p, dt, dd, a, button, label, legend, th, td")]
        .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, [class*=skip]"))
        .filter((one) => {
          const style = getComputedStyle(one);
          // What ends with an ellipsis says so, and scroll regions can be scrolled.
          return style.overflow === "hidden" && style.textOverflow !== "ellipsis" && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2);
        })
        .map((one) => one.outerHTML.slice(0, 120)),
    );
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await everyInside(ada, async (what) => {
      await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      await fits(page, `${what}, ${width}, large text`);
      expect(await cutOff(), `${what}, ${width}`).toEqual([]);
    });
  }
});

test("C39 with less motion nothing moves", async ({ ada }) => {
  const { page } = ada;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(ada, "profile");
  const moving = () =>
    page.evaluate(() =>
      document
        .getAnimations()
        .map((animation) => Number(animation.effect?.getComputedTiming().activeDuration ?? 0))
        .filter((duration) => duration > 1),
    );
  await openMenu(page);
  expect(await moving(), "the menu").toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await moving(), "a dialog").toEqual([]);
  await expect(page.getByRole("dialog")).toHaveCSS("transition-duration", "0s");
});

test("C39 with forced colours the borders, the focus and the choice are still seen", async ({ ada }) => {
  const { page } = ada;
  await page.emulateMedia({ forcedColors: "active" });
  await everyInside(ada, async (what) => {
    await accessible(page, `${what}, forced colours`);
    const current = page.getByRole("navigation", { name: "Settings" }).locator("[aria-current=page]");
    await expect(current, "the chosen section is outlined").toHaveCSS("outline-style", "solid");
    const flat = await page.getByRole("main").getByRole("button").evaluateAll((all) =>
      all.filter((one) => one.classList.contains("button") && getComputedStyle(one).borderStyle === "none").length,
    );
    expect(flat, `${what}: buttons without a border`).toBe(0);
  });
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toHaveCSS("outline-style", "solid");
});
