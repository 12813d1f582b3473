// The Profile page: who one is, and the name that is edited in place.
import { fits, hold, open, openMenu, profileButton, refuse, settings, there } from "../lib/app.js";
import { accessibleInBothThemes } from "../lib/axe.js";
import { expect, test } from "../lib/test.js";

const ME = /\/api\/v1\/me$/;

test("R009 the Profile page shows who one is", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "profile");
  const card = page.getByRole("region", { name: "Your account" });
  await expect(card.getByRole("heading", { name: person.account.name })).toBeVisible();
  await expect(card.getByRole("definition").filter({ hasText: person.account.email })).toBeVisible();
  const { id, created_at } = (await person.api("GET", "/api/v1/me")).body;
  await expect(card.getByRole("button", { name: `ID ${id.slice(-8)} — copy` })).toBeVisible();
  const since = await page.evaluate((at) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(new Date(at)), created_at);
  await expect(card.getByRole("definition").filter({ hasText: since })).toBeVisible();
});

test("R010 the pencil appears on hover and starts inline edit", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  const pencil = page.getByRole("button", { name: "Edit name" });
  await expect(pencil).toHaveCSS("opacity", "0");
  await page.getByRole("region", { name: "Your account" }).getByText("Ada Admin", { exact: true }).hover();
  await expect(pencil).toHaveCSS("opacity", "1");
  await pencil.click();
  const field = page.getByRole("textbox", { name: "Name", exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("Ada Admin");
  expect(await page.evaluate(() => getSelection()?.toString()), "typing replaces it").toBe("Ada Admin");
  await expect(page.getByRole("button", { name: "Save name" })).toBeVisible();
  await accessibleInBothThemes(page, "editing the name");
});

test("R010 the pencil is there for the keyboard and for fingers too", async ({ ada, signIn }) => {
  await open(ada, "profile");
  const pencil = ada.page.getByRole("button", { name: "Edit name" });
  await pencil.focus();
  await ada.page.keyboard.press("Tab");
  await ada.page.keyboard.press("Shift+Tab");
  await expect(pencil).toBeFocused();
  await expect(pencil).toHaveCSS("opacity", "1");
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.getByRole("textbox", { name: "Name", exact: true })).toBeFocused();

  const phone = await signIn(ada.account, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
  await open(phone, "profile");
  await expect(phone.page.getByRole("button", { name: "Edit name" })).toHaveCSS("opacity", "1");
});

test("R011 the check-mark saves the name, which shows everywhere and survives a reload", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "profile");
  await page.getByRole("button", { name: "Edit name" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Nora Noble");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("heading", { level: 2, name: /Nora Noble/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit name" }), "the focus goes on from the pencil").toBeFocused();
  await expect((await openMenu(page)).getByText("Nora Noble", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.reload();
  await there(page, "Profile");
  await expect(page.getByRole("heading", { level: 2, name: /Nora Noble/ })).toBeVisible();
  await expect(profileButton(page).getByTitle("Nora Noble"), "the ring in the corner").toBeVisible();
  await page.goto(settings(person.workspace, "users"));
  await there(page, "Users & Groups");
  await expect(page.getByRole("table", { name: "Users" }).getByRole("rowheader", { name: /Nora Noble/ })).toBeVisible();
});

test("R012 leaving without the check-mark keeps the old name", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  const field = page.getByRole("textbox", { name: "Name", exact: true });
  const old = page.getByRole("heading", { level: 2, name: /^Ada Admin/ });
  const ways = {
    "Esc": () => page.keyboard.press("Escape"),
    "a click elsewhere": () => page.getByText("Where you are signed in").click(),
    "Tab": async () => {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
    },
  };
  for (const [way, leave] of Object.entries(ways)) {
    await page.getByRole("button", { name: "Edit name" }).click();
    await field.fill("Somebody Else");
    await leave();
    await expect(field, way).toHaveCount(0);
    await expect(old, way).toBeVisible();
  }
  expect((await ada.api("GET", "/api/v1/me")).body.name).toBe("Ada Admin");
  await page.getByRole("button", { name: "Edit name" }).click();
  await expect(field, "the next time begins with the name, not with what was thrown away").toHaveValue("Ada Admin");
});

test("a name that is not possible is refused beside the field, and what was typed stays", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  await page.getByRole("button", { name: "Edit name" }).click();
  const field = page.getByRole("textbox", { name: "Name", exact: true });
  await field.fill("   ");
  await page.keyboard.press("Enter");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/\w/);
  await accessibleInBothThemes(page, "a refused name");
});

test("C10 saving shows within a moment that it is under way", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  await open(person, "profile");
  const held = await hold(page, ME, "PATCH");
  await page.getByRole("button", { name: "Edit name" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Nora Held");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("button", { name: "Save name" })).toHaveAttribute("aria-busy", "true", { timeout: 100 });
  await page.keyboard.press("Enter");
  expect(held.count(), "sent once").toBe(1);
  held.release();
  await expect(page.getByRole("heading", { level: 2, name: /Nora Held/ })).toBeVisible();
});

test("C13 a refused name stays in its field with the reason beside it", async ({ ada, expectErrors }) => {
  expectErrors(/status of 422/);
  const { page } = ada;
  await open(ada, "profile");
  await refuse(page, ME, "PATCH", 422, { code: "invalid", title: "Something in the request is not right.", errors: [{ pointer: "/name", detail: "That name is not allowed here." }] });
  await page.getByRole("button", { name: "Edit name" }).click();
  const field = page.getByRole("textbox", { name: "Name", exact: true });
  await field.fill("Ada Refused");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(field).toHaveAccessibleDescription("That name is not allowed here.");
  await expect(field).toHaveValue("Ada Refused");
  await expect((await openMenu(page)).getByText("Ada Admin", { exact: true }), "nowhere else is the new name shown").toBeVisible();
});

test("C33 times are relative and exact at once, ids short and copied whole", async ({ ada }) => {
  const { page } = ada;
  await open(ada, "profile");
  const times = page.getByRole("main").locator("time");
  for (const time of await times.all()) {
    const at = await time.getAttribute("datetime");
    expect(Number.isNaN(Date.parse(at ?? "")), `${at} is a moment`).toBe(false);
    const exact = await page.evaluate(
      (at) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" }).format(new Date(at)),
      at ?? "",
    );
    await expect(time).toHaveAttribute("title", exact);
    await expect(time).toHaveText(/now|ago|in |last|next|yesterday|tomorrow|moment/);
    await expect(time).toHaveCSS("font-variant-numeric", "tabular-nums");
  }
  await expect(page.getByRole("row", { name: /This browser/ }).locator("time").first(), "no time that has passed lies ahead").toHaveText("just now");
  const { id } = (await ada.api("GET", "/api/v1/me")).body;
  await page.getByRole("button", { name: `ID ${id.slice(-8)} — copy` }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(id);
});

test("a very long name does not break the page on a phone", async ({ newcomer, signIn }) => {
  const person = await signIn(await newcomer());
  const { page } = person;
  const name = `${"Wolfeschlegelsteinhausenbergerdorff".repeat(3)} ÅÄÖ`;
  expect((await person.api("PATCH", "/api/v1/me", { name })).status).toBe(200);
  await page.setViewportSize({ width: 360, height: 740 });
  await open(person, "profile");
  await fits(page, "a long name");
  await openMenu(page);
  await fits(page, "the menu of a long name");
});
