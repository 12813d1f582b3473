// Accessibility: axe-core with the rules of WCAG 2.2 A and AA, and its best practices, in the page as it stands.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails when axe finds anything in the page, and shows what. */
export async function accessible(page: Page, what: string) {
  // Colours are measured when nothing moves any more, except what never ends.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.all(ending.map((animation) => animation.finished.catch(() => {})));
  });
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const found = await page.evaluate(async (values) => {
    const axe = (window as unknown as { axe: { run: (on: Document, how: object) => Promise<{ violations: Violation[] }> } }).axe;
    return (await axe.run(document, { runOnly: { type: "tag", values } })).violations;
  }, tags);
  const told = (found as Violation[]).map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => `${node.html}\n    ${node.failureSummary ?? ""}`).join("\n  ")}`,
  );
  expect(told, what).toEqual([]);
}

/** The same in the light and in the dark. */
export async function accessibleInBothThemes(page: Page, what: string) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, `${what}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: null });
}
