import { type Browser, chromium, type Page } from "playwright-core";

/** Without 3D the terminal falls back to the DOM, where a test can read it. */
const FLAGS =
  "--disable-3d-apis --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: FLAGS.split(" ") });

/** What the terminal in the page shows, line by line. */
export const terminalText = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [...document.querySelectorAll(".xterm-rows > div")].map((row) => row.textContent?.trimEnd() ?? "").join("\n"),
  );

/** Waits until the terminal shows this; the failure says what it showed instead. */
export const seeInTerminal = async (page: Page, pattern: RegExp, patienceMs = 40_000): Promise<string> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const text = await terminalText(page);
    if (pattern.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${pattern} in the terminal, which shows:\n${text}`);
    await page.waitForTimeout(50);
  }
};

/** Types keys into the terminal, or into one of several: `where` is the page or a part of it. */
export const typeInTerminal = async (page: Page, keys: string, where: Pick<Page, "locator"> = page): Promise<void> => {
  await where.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type(keys);
};

/** Enters a line into the terminal all at once, whatever letters it has. */
export const enterInTerminal = async (page: Page, line: string): Promise<void> => {
  await page.locator(".xterm-helper-textarea").focus();
  await page.keyboard.insertText(line);
  await page.keyboard.press("Enter");
};

/** Collects what a page must never have: errors in its console and uncaught exceptions. */
export const watchForErrors = (page: Page): string[] => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
};
