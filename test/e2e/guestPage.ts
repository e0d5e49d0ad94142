import type { Browser, Page } from "playwright-core";
import type { Client } from "../../packages/contracts/src/index.ts";
import type { RunningServer } from "../server/runningServer.ts";
import { seeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";

type NewGuest = Parameters<Client["createGuest"]>[0]["body"];

export interface GuestPage {
  readonly page: Page;
  /** What `watchForErrors` finds. */
  readonly errors: string[];
}

/** An admin of a new server, at the shell of its one guest, web1. `definition`: what is not as usual. */
export const openGuestPage = async (
  server: RunningServer,
  browser: Browser,
  definition: Partial<NewGuest> = {},
): Promise<GuestPage> => {
  await server.becomeAdmin();
  const image = await server.demoImage();
  await server.client.createGuest({ body: { name: "web1", image, memoryMiB: 64, start: true, ...definition } });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const errors = watchForErrors(page);
  await logIn(page, server.url);
  await page.getByRole("link", { name: "web1" }).first().click();
  await page.locator("[data-attached=true]").waitFor();
  await seeInTerminal(page, /web1:~#/);
  return { page, errors };
};
