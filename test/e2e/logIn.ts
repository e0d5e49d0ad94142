import type { Page } from "playwright-core";
import { PERSON } from "../server/runningServer.ts";

/** Fills in the form of the login page that is shown, and sends it. */
export const giveNameAndPassword = async (page: Page, person: { name: string; password: string } = PERSON) => {
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.keyboard.press("Enter");
};

/** Logs somebody in at a server, as they would, and waits until they are. */
export const logIn = async (page: Page, url: string, person?: { name: string; password: string }) => {
  await page.goto(`${url}/login`).catch((error: Error) => {
    // A page whose login has just ended is on its way there by itself.
    if (!error.message.includes("interrupted by another navigation")) throw error;
  });
  await giveNameAndPassword(page, person);
  await page.waitForURL(({ pathname }) => pathname !== "/login");
};
