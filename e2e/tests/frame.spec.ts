// What is around every page: the Profile button and its menu, the sections, the workspaces, the palette, the footer.
import {
  FOR_ADMINISTRATORS,
  FOR_EVERYBODY,
  FOR_OPERATORS,
  NAMES,
  SECTIONS,
  type Section,
  fits,
  open,
  openMenu,
  profileButton,
  sectionLink,
  settings,
  there,
} from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { ADMIN, MEMBER, expect, test } from "../lib/test.js";

const names = (sections: readonly Section[]) => sections.map((section) => NAMES[section]);

test("R001 the Profile button is in the top right corner of every page", async ({ ada }) => {
  for (const section of SECTIONS) {
    await open(ada, section);
    const box = await profileButton(ada.page).boundingBox();
    expect(box, section).not.toBeNull();
    expect(box!.x + box!.width, `${section}: at the right`).toBeGreaterThan(1280 - 60);
    expect(box!.y, `${section}: at the top`).toBeLessThan(60);
  }
});

test("R002 the Profile button opens a menu whose Settings item opens the settings", async ({ ada }) => {
  await open(ada, "usage");
  const menu = await openMenu(ada.page);
  await expect(menu.getByText(ADMIN.name, { exact: true })).toBeVisible();
  await expect(menu.getByText(ADMIN.email)).toBeVisible();
  await menu.getByRole("menuitem", { name: "Settings" }).click();
  await there(ada.page, "Profile");
  await expect(menu).toBeHidden();
});

test("R004 each section of the settings is reached from the side bar and by its own address", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  const bar = page.getByRole("navigation", { name: "Settings" });
  await expect(bar.getByRole("link")).toHaveText(names(SECTIONS));
  for (const section of SECTIONS) {
    await sectionLink(page, section).click();
    await there(page, NAMES[section]);
    await expect(page).toHaveURL(settings(ada.workspace, section));
  }
});

test("R005 the administrators' sections are absent for a plain member", async ({ ben, shared }) => {
  const { page } = ben;
  await open({ ...ben, workspace: shared }, "workspace");
  const bar = page.getByRole("navigation", { name: "Settings" });
  await expect(bar.getByRole("link")).toHaveText(names(FOR_EVERYBODY));
  await expect(bar.getByText("Administrator settings")).toHaveCount(0);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Go to" });
  await expect(palette.getByRole("option", { name: "Configuration Page", exact: true })).toBeVisible();
  await expect(palette.getByRole("option", { name: "Users & Groups" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect((await openMenu(page)).getByRole("menuitem", { name: "Invite a User" })).toHaveCount(0);

  // In their own workspace they are the administrator.
  await page.getByRole("menuitem", { name: `${MEMBER.name}'s workspace` }).click();
  await expect(bar.getByRole("link")).toHaveText(names([...FOR_EVERYBODY, ...FOR_ADMINISTRATORS]));
});

test("R006 C9 the menu switches to any workspace from any page, and everything follows", async ({ ben, shared }) => {
  const { page } = ben;
  await open(ben, "configuration");
  const active = page.getByRole("link", { name: /^Active workspace/ });
  await expect(active).toHaveText(/Ben Member's workspace/);
  await page.evaluate(() => Object.assign(window, { mark: "the same document" }));

  let menu = await openMenu(page);
  await expect(menu.getByRole("menuitem", { name: /workspace$/ })).toHaveCount(2);
  await expect(menu.getByRole("menuitem", { name: "Ben Member's workspace" })).toHaveAttribute("aria-current", "true");
  await menu.getByRole("menuitem", { name: "Ada Admin's workspace" }).click();
  await expect(page, "the same section there").toHaveURL(settings(shared, "configuration"));
  await expect(active).toHaveText(/Ada Admin's workspace/);
  expect(await page.evaluate(() => (window as unknown as { mark?: string }).mark), "without loading anew").toBe("the same document");

  await sectionLink(page, "workspace").click();
  await there(page, "Workspace");
  await expect(page.getByText("Currently Active")).toHaveCount(1);
  await page.reload();
  await there(page, "Workspace");
  await expect(active, "the address keeps the choice").toHaveText(/Ada Admin's workspace/);

  menu = await openMenu(page);
  await menu.getByRole("menuitem", { name: "Ben Member's workspace" }).click();
  await expect(page).toHaveURL(settings(ben.workspace, "workspace"));
});

test("R007 the menu has Invite a User, which opens the dialog", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  await (await openMenu(page)).getByRole("menuitem", { name: "Invite a User" }).click();
  const dialog = page.getByRole("dialog", { name: /Invite/ });
  await expect(dialog).toBeVisible();
  await page.reload();
  await expect(dialog, "C1 the dialog has an address").toBeVisible();
  await accessibleInBothThemes(page, "the invitation dialog");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await there(page, "Users & Groups");
});

test("R155 the panel of a workspace says whether it is active, offers to switch, and copies its id", async ({ ben, shared }) => {
  const { page } = ben;
  await open(ben, "workspace");
  const own = page.getByRole("region", { name: "Workspaces" });
  await expect(own.getByText("Currently Active")).toHaveCount(1);
  const chips = own.getByRole("button", { name: /^ID .* copy$/ });
  await expect(chips).toHaveCount(2);
  await page.getByRole("link", { name: "Switch to workspace Ada Admin's workspace" }).click();
  await expect(page).toHaveURL(settings(shared, "workspace"));
  await expect(page.getByRole("link", { name: "Switch to workspace Ben Member's workspace" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Switch to workspace Ada Admin's workspace" })).toHaveCount(0);

  const short = shared.slice(-8);
  await page.getByRole("button", { name: `ID ${short} — copy` }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(shared);
});

test("R157 the side bar has two headings, the second with the workspace's name, and one more for operators", async ({ ada, ben }) => {
  await open(ada, "profile");
  const bar = ada.page.getByRole("navigation", { name: "Settings" });
  const headings = bar.getByRole("heading");
  await expect(headings).toHaveText(["User settings", /^Administrator settings\s*Ada Admin's workspace$/, "Server"]);
  await open(ben, "profile");
  const plain = ben.page.getByRole("navigation", { name: "Settings" }).getByRole("heading");
  await expect(plain).toHaveText(["User settings", /^Administrator settings\s*Ben Member's workspace$/]);
  await expect(headings.first()).toHaveCSS("text-transform", "uppercase");
  const below = bar.getByRole("list").nth(1);
  await expect(below.getByRole("link")).toHaveText(names(FOR_ADMINISTRATORS));
  await expect(bar.getByRole("list").nth(2).getByRole("link")).toHaveText(names(FOR_OPERATORS));
});

test("R158 the footer of every page names the versions of app, server and API", async ({ ada, expectErrors }) => {
  expectErrors(/status of 404.*nowhere/);
  const { page } = ada;
  const { server_version, api_version } = (await ada.api("GET", "/api/v1/server")).body;
  const check = async () => {
    const footer = page.getByRole("contentinfo");
    await expect(footer).toContainText(/Clearance web app \d+\.\d+\.\d+/);
    await expect(footer).toContainText(`Server ${server_version}`);
    await expect(footer).toContainText(`API ${api_version}`);
  };
  for (const section of SECTIONS) {
    await open(ada, section);
    await check();
  }
  for (const address of ["/forgot-password", "/join", "/reset-password", "/setup", "/nowhere"]) {
    await page.goto(address);
    await check();
  }
});

test("C1 every page has its own address, and a reload shows the same", async ({ ada }) => {
  const { page } = ada;
  for (const section of SECTIONS) {
    await open(ada, section);
    const main = page.getByRole("main");
    const before = await main.ariaSnapshot();
    await page.reload();
    await there(page, NAMES[section]);
    // Times go on meanwhile, and the calls of this very page are counted.
    const still = (snapshot: string) =>
      snapshot.replace(/just now|in a moment|\d+ (second|minute)s? ago/g, "now").replace(section === "usage" ? /\s*- (row|cell|code|paragraph|strong).*/g : /$^/, "");
    await expect.poll(async () => still(await main.ariaSnapshot()), section).toBe(still(before));
  }
});

test("C2 Back and Forward go between pages and dialogs and keep the place on the page", async ({ ada }) => {
  const { page } = ada;
  await page.setViewportSize({ width: 1280, height: 420 });
  await open(ada, "profile");
  await page.mouse.wheel(0, 300);
  await expect.poll(() => page.evaluate(() => Math.round(scrollY))).toBeGreaterThan(150);
  const place = await page.evaluate(() => Math.round(scrollY));
  const bar = page.getByRole("navigation", { name: "Settings" });
  await bar.getByRole("link", { name: "Users & Groups" }).click();
  await there(page, "Users & Groups");
  await page.getByRole("button", { name: "Invite user" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await page.goBack();
  await expect(dialog, "Back closes a dialog").toHaveCount(0);
  await page.goForward();
  await expect(dialog, "Forward opens it").toBeVisible();
  await page.goBack();
  await page.goBack();
  await there(page, "Profile");
  await expect.poll(() => page.evaluate(() => Math.round(scrollY)), "the place on the page").toBeGreaterThan(place - 40);
});

test("C3 the title and one heading name the page, and the side bar marks it", async ({ ada }) => {
  const { page } = ada;
  for (const section of SECTIONS) {
    await open(ada, section);
    await expect(page).toHaveTitle(`${NAMES[section]} · Clearance`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(NAMES[section]);
    const bar = page.getByRole("navigation", { name: "Settings" });
    await expect(bar.locator("[aria-current=page]")).toHaveText(NAMES[section]);
    await expect(page.getByRole("navigation", { name: "Breadcrumb" })).toHaveText(
      `${section.startsWith("server-") ? "Server" : "Settings"}${NAMES[section]}`,
    );
  }
});

test("C4 after a change of page the heading has the focus and the change is announced", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  for (const section of ["configuration", "users"] as const) {
    await sectionLink(page, section).click();
    await there(page, NAMES[section]);
    await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
    await expect(page.getByRole("status").getByText(NAMES[section], { exact: true })).toHaveCount(1);
  }
});

test("C7 links are links and buttons are buttons", async ({ ada }) => {
  const { page } = ada;
  for (const section of SECTIONS) {
    await open(ada, section);
    const odd = page.locator("[role=button], a:not([href]), [role=link]:not(a), div[onclick], button:not([type])");
    expect(await odd.evaluateAll((all) => all.map((one) => one.outerHTML)), section).toEqual([]);
  }
  // A link opens a tab of its own when it is asked to.
  const opened = page.context().waitForEvent("page");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Profile" }).click({ modifiers: ["ControlOrMeta"] });
  const tab = await opened;
  await expect(tab.getByRole("heading", { level: 1 })).toHaveText("Profile");
  await tab.close();
});

test("C8 an unknown address says so and offers a next step, inside and outside a workspace", async ({ ada, page, expectErrors }) => {
  // The page itself is answered with 404.
  expectErrors(/status of 404/);
  for (const address of ["/nowhere", `/workspaces/${ada.workspace}/nowhere`, settings(ada.workspace, "profile").replace(/profile$/, "nope")]) {
    await ada.page.goto(address);
    await there(ada.page, "There is nothing here");
    await accessibleInBothThemes(ada.page, address);
    await ada.page.getByRole("link", { name: "Go to your profile" }).click();
    await there(ada.page, "Profile");
  }
  // A workspace of somebody else looks as if it did not exist.
  await ada.page.goto(settings("0".repeat(31) + "1", "workspace"));
  await there(ada.page, "There is nothing here");

  await page.goto("/nowhere");
  await there(page, "There is nothing here");
  await page.getByRole("link", { name: "Go to the start" }).click();
  await there(page, "Sign in");
});

test("C8 C34 a page for administrators tells a plain member why, and offers a next step", async ({ ben, shared }) => {
  const { page } = ben;
  for (const section of FOR_ADMINISTRATORS) {
    await page.goto(settings(shared, section));
    await there(page, `${NAMES[section]} is for administrators`);
    await expect(page.getByText(/Ask one of them/)).toBeVisible();
  }
  await accessibleInBothThemes(page, "no permission");
  await page.setViewportSize({ width: 360, height: 740 });
  await fits(page, "no permission");
  await page.getByRole("link", { name: "Go to your profile" }).click();
  await there(page, "Profile");
});

test("C34 what a plain member may not do is absent or says why", async ({ ben, shared }) => {
  const { page } = ben;
  const calls: string[] = [];
  page.on("response", (answer) => {
    if (answer.status() === 403) calls.push(answer.url());
  });
  await open({ ...ben, workspace: shared }, "workspace");
  await expect(page.getByText("Only an administrator can rename it.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit workspace name" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Invite users" })).toHaveCount(0);
  await expect(page.getByText("An administrator of this workspace can invite people.")).toBeVisible();
  await expect(page.getByText("Show everybody's keys")).toHaveCount(0);
  expect(calls, "no refusal comes as a surprise").toEqual([]);
});

test("the sections are a pop-up on a phone, which closes after choosing", async ({ ada }) => {
  const { page } = ada;
  await page.setViewportSize({ width: 360, height: 740 });
  await open(ada, "profile");
  const bar = page.getByRole("navigation", { name: "Settings" });
  await expect(bar).toBeHidden();
  await page.getByRole("button", { name: "Sections" }).click();
  await expect(bar).toBeVisible();
  await accessibleInBothThemes(page, "the sections on a phone");
  await bar.getByRole("link", { name: "Configuration", exact: true }).click();
  await there(page, "Configuration");
  await expect(bar).toBeHidden();
  await page.getByRole("button", { name: "Sections" }).click();
  await page.keyboard.press("Escape");
  await expect(bar).toBeHidden();
  await expect(page.getByRole("button", { name: "Sections" })).toBeFocused();
});
