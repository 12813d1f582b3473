// How the browser tests run: Chromium only, one real server per file, nothing retried. Environment:
// CLEARANCE_BIN is the server, CLEARANCE_CHROMIUM the browser (both set by `cargo xtask`).
import { readdirSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

export default defineConfig({
  testDir: "./tests",
  timeout: 90_000,
  expect: { timeout: 10_000 },
  workers: 1,
  // Each file on a server of its own: what one makes is in nobody else's way.
  projects: readdirSync("tests")
    .filter((file) => file.endsWith(".spec.ts"))
    .sort()
    .map((file) => ({ name: file.replace(".spec.ts", ""), testMatch: `**/${file}` })),
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["line"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 800 },
    actionTimeout: 10_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CLEARANCE_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
