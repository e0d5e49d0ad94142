import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/* A look into one guest, from its processes to its last words: the views beside its consoles. */
describe("somebody who looks into a guest", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser, { restartPolicy: "never" }));
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  const tab = (name: string) => page.getByRole("tab", { name, exact: true }).click();
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const region = (name: string) => page.getByRole("region", { name, exact: true });

  it("sees its processes, without those of Corral's unless asked for", async () => {
    await tab("Processes");
    const list = region("Processes");
    await list.getByRole("cell", { name: "/bin/busybox init", exact: true }).waitFor();
    expect(await list.getByRole("cell", { name: /^Corral: / }).count()).toBe(0);
    await list.getByText("Corral's own too").click();
    await list
      .getByRole("cell", { name: /^Corral: .*\/usr\/lib\/corral\/link/ })
      .first()
      .waitFor();
  });

  it("sees its interfaces and its open sockets", async () => {
    await typeInTerminal(page, "nc -l -p 8080 &\n");
    await button("Network").click();
    const network = region("Network");
    await network.getByRole("cell", { name: "127.0.0.1/8", exact: true }).waitFor();
    const socket = network.getByRole("row", { name: /tcp.*:8080 .*listening nc \d+/ });
    await socket.first().waitFor();
  });

  it("plugs a disk and an interface in, and is told the kernel's refusal to take one away", async () => {
    await tab("Devices");
    await page.getByText(/^con0$/).waitFor();
    await page.getByRole("button", { name: "Plug in", exact: true }).first().click();
    await button("Remove ubd1").waitFor();
    await page.getByRole("button", { name: "Plug in", exact: true }).last().click();
    await button("Remove vec0").waitFor();
    await page.getByText("l2tpv3, port 2000 to 2001").waitFor();
    await typeInTerminal(page, "ip link set vec0 up; echo up-$((1+1))\n");
    await seeInTerminal(page, /^up-2/m);
    await button("Remove vec0").click();
    await page.getByText(/Device is currently open/).waitFor();
    await typeInTerminal(page, "ip link set vec0 down; echo down-$((1+1))\n");
    await seeInTerminal(page, /^down-2/m);
    await button("Remove vec0").click();
    await button("Remove vec0").waitFor({ state: "detached" });
    await button("Remove ubd1").click();
    await button("Remove ubd1").waitFor({ state: "detached" });
  });

  it("reads its memory, another file of /proc, and a kernel stack", async () => {
    await tab("Inspect");
    const inspect = region("Inspect");
    await inspect.getByText(/^MemTotal: +\d+ kB$/).waitFor();
    const wanted = inspect.getByLabel(/^File below \/proc/);
    await wanted.fill("/proc/sys/kernel/osrelease");
    await wanted.press("Enter");
    await inspect.getByText(/^6\.\d+\.\d+/).waitFor();
    await wanted.fill("1");
    await wanted.press("Enter");
    await inspect.getByText(/Call Trace/).waitFor();
  });

  it("presses a SysRq key and reads what it printed", async () => {
    await tab("SysRq");
    const sysrq = region("SysRq");
    await sysrq.getByRole("button", { name: "Memory", exact: true }).click();
    await sysrq.getByText(/Mem-Info/).waitFor();
  });

  it("talks to its management console, with completion and a refusal", async () => {
    await tab("mconsole");
    await seeInTerminal(page, /\(web1\) $|\(web1\)$/m);
    await page.keyboard.type("vers\t\n");
    await seeInTerminal(page, /^OK Linux web1 6\./m);
    await page.keyboard.type("proc kcore\n");
    await seeInTerminal(page, /^ERR /m);
  });

  it("makes it panic after a question, and reads the crash", async () => {
    await tab("SysRq");
    await region("SysRq").getByRole("button", { name: "Crash", exact: true }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Crash", exact: true }).click();
    await server.state("web1", "crashed");
    await tab("Crash");
    const crash = region("Crash");
    await crash.getByRole("heading", { name: /sysrq triggered crash/ }).waitFor();
    await crash.getByRole("heading", { name: "Call trace" }).waitFor();
  });

  it("saw no error in the browser's console", () => {
    // What is refused is an answer of its own.
    expect(errors.filter((error) => !/Failed to load resource.*(409|422|428)/.test(error))).toEqual([]);
  });
});
