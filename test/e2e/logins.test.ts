import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestOidcProvider } from "../../apps/server/src/testing/oidcProvider.ts";
import { PERSON, RunningServer } from "../server/runningServer.ts";
import { openBrowser, watchForErrors } from "./browser.ts";
import { giveNameAndPassword, logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";
import { makeIn, signIn, VirtualAuthenticator } from "./virtualAuthenticator.ts";

const STEP_MS = 30_000;

/* Every way to prove who one is, and what an attacker would try with each, in one browser at one server. */
describe("logins", () => {
  let server: RunningServer;
  let provider: TestOidcProvider;
  let browser: Browser;
  let page: Page;
  let laptop: VirtualAuthenticator;
  let errors: string[];
  let here: string;
  /** As near as another page can come: it has the same name, and only the port is another. */
  let evil: string;
  const atEnd: (() => void)[] = [];
  /** What stands in no event and in no line of the log. */
  const secrets: string[] = [PERSON.password];
  /** Those of them that are nowhere in the database either, but hashed. */
  const hashed: string[] = [PERSON.password];

  beforeAll(async () => {
    server = await RunningServer.start(async (port) => {
      // Passkeys know names only.
      here = `http://localhost:${port}`;
      provider = await TestOidcProvider.open(`${here}/single-sign-on`, (end) => atEnd.push(end));
      return {
        CORRAL_LOG_LEVEL: "debug",
        CORRAL_OIDC_ISSUER: provider.issuer,
        CORRAL_OIDC_CLIENT_ID: provider.settings([]).clientId,
        CORRAL_OIDC_CLIENT_SECRET: provider.settings([]).clientSecret,
        CORRAL_OIDC_GROUPS: "staff=user",
      };
    });
    await server.becomeAdmin();
    const copycat = createServer((_request, response) => response.setHeader("content-type", "text/html").end("Corral"));
    await new Promise<void>((resolve) => copycat.listen(0, "127.0.0.1", resolve));
    atEnd.push(() => copycat.close());
    evil = `http://localhost:${(copycat.address() as AddressInfo).port}`;
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    errors = watchForErrors(page);
    laptop = await VirtualAuthenticator.plugIn(page, "internal");
    await logIn(page, here);
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
    for (const end of atEnd) end();
  });

  const passkeys = () => page.locator("section").filter({ has: page.getByRole("heading", { name: "Passkeys" }) });
  const dialog = () => page.getByRole("dialog");
  const logOut = async () => {
    await page.goto(`${here}/account`);
    await page.getByRole("button", { name: "Log out", exact: true }).first().click();
    await page.waitForURL(({ pathname }) => pathname === "/login");
  };
  const addPasskey = async (label: string) => {
    await passkeys().getByRole("button", { name: "Add a passkey" }).click();
    await dialog().getByLabel("What it is called").fill(label);
    await dialog().getByLabel("Your password").fill(PERSON.password);
    await dialog().getByRole("button", { name: "Go on" }).click();
  };
  /** As somebody sends it who has no browser. */
  const post = async (path: string, body: object) => {
    const headers = { "content-type": "application/json", origin: here };
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return { status: response.status, code: answer.error?.code, message: answer.error?.message, answer };
  };
  const begin = async (body: object) => (await post("/session/passkey/challenge", body)).answer;
  const finish = (response: object) => post("/session/passkey", { response });
  const beside = { account: PERSON };

  it("keeps no passkey that was made at another page, or that comes with a maker's certificate", async () => {
    const refused = { code: "impossible", message: expect.stringContaining("not what an authenticator answers") };
    const createIn = async (changes: object) => {
      const options = await server.client.beginPasskey({ body: { current: PERSON.password } });
      const made = await makeIn(page, { ...options, ...changes });
      return server.client.createPasskey({ body: { label: "odd", response: made as never } });
    };
    await expect(createIn({ attestation: "direct" })).rejects.toMatchObject(refused);
    await page.goto(evil);
    await expect(createIn({})).rejects.toMatchObject(refused);
    await page.goto(here);
    const good = await createIn({});
    await server.client.removePasskey({ params: { id: good.id }, body: { current: PERSON.password } });
  });

  it("takes passkeys of several devices, each under its name, and none twice", async () => {
    await page.goto(`${here}/account`);
    await addPasskey("laptop");
    await passkeys().getByText("never used").waitFor();
    await page.getByText("From now on your logins need it").waitFor();
    await addPasskey("the same again");
    await dialog().getByText("There is a passkey for your account on it already").waitFor();
    await page.keyboard.press("Escape");
    await laptop.touch(false);
    const key = await VirtualAuthenticator.plugIn(page, "usb");
    await addPasskey("security key");
    await expect.poll(() => passkeys().getByRole("listitem").count()).toBe(2);
    await key.touch(false);
    await laptop.touch(true);
  });

  it("asks for the passkey after the password, leads to the page that was wanted, and takes no answer twice", async () => {
    await logOut();
    await page.goto(`${here}/activity`);
    await giveNameAndPassword(page);
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.url().endsWith("/session/passkey")),
      page.getByRole("button", { name: "Go on with your passkey" }).and(page.locator(":focus")).press("Enter"),
    ]);
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    const { response } = sent.postDataJSON();
    expect(await finish(response)).toMatchObject({
      code: "login_failed",
      message: expect.stringContaining("used already"),
    });
    expect(await post("/session", PERSON)).toMatchObject({ code: "second_factor_needed" });
    await page.goto(`${here}/account`);
    await passkeys().getByText(/^used/).waitFor();
  });

  it("lets a passkey in alone where it checks whose finger it is, and not where it does not", async () => {
    await logOut();
    await page.getByRole("button", { name: "Log in with a passkey" }).click();
    await page.waitForURL(({ pathname }) => pathname === "/");

    await laptop.verify(false);
    const careless = async (body: object) => ({ ...(await begin(body)), userVerification: "discouraged" });
    const alone = await finish(await signIn(page, await careless({})));
    expect(alone).toMatchObject({ code: "login_failed", message: expect.stringContaining("not good here") });
    expect(await finish(await signIn(page, await careless(beside)))).toMatchObject({ status: 200 });
    await laptop.verify(true);
  });

  it("refuses what another page had signed, whatever it is called", async () => {
    await page.goto(evil);
    const phished = await signIn(page, await begin(beside));
    expect(await finish(phished)).toMatchObject({
      code: "login_failed",
      message: expect.stringContaining("not good here"),
    });
    await page.goto(here);
    // The same by hand, from the right page.
    expect(await finish(await signIn(page, await begin(beside)))).toMatchObject({ status: 200 });
  });

  it("notices a copy by its count", async () => {
    await laptop.setCount(() => 0);
    const copied = await finish(await signIn(page, await begin(beside)));
    expect(copied).toMatchObject({ code: "login_failed", message: expect.stringContaining("a copy") });
    await laptop.setCount((now) => now + 1_000);
    expect(await finish(await signIn(page, await begin(beside)))).toMatchObject({ status: 200 });
  });

  it("refuses a passkey that was removed, and asks for none once there is none", async () => {
    const before = await begin(beside);
    await page.goto(`${here}/account`);
    for (const label of ["laptop", "security key"]) {
      await passkeys()
        .getByRole("button", { name: `Remove ${label}` })
        .click();
      await dialog().getByLabel("Your password").fill(PERSON.password);
      await dialog().getByRole("button", { name: "Remove it" }).click();
      await passkeys().getByText(label, { exact: true }).waitFor({ state: "detached" });
    }
    const removed = { code: "login_failed", message: expect.stringContaining("nobody's here") };
    expect(await finish(await signIn(page, before))).toMatchObject(removed);
    expect(await finish(await signIn(page, await begin({})))).toMatchObject(removed);
    await logOut();
    await logIn(page, here);
  });

  it("takes the codes of an authenticator that has seen the picture, and each recovery code once", async () => {
    await page.goto(`${here}/account`);
    await page.getByRole("button", { name: "Set up an authenticator" }).click();
    await dialog().getByLabel("Your password").fill(PERSON.password);
    await dialog().getByRole("button", { name: "Go on" }).click();
    await dialog().getByRole("img", { name: "The secret as a QR code" }).waitFor();
    const secret = await dialog().locator("code").innerText();
    const codeAt = (steps: number) =>
      new TOTP({ secret, period: 30, digits: 6 }).generate({ timestamp: Date.now() + steps * STEP_MS });
    await dialog().getByLabel("Code", { exact: true }).fill(codeAt(0));
    await dialog().getByRole("button", { name: "Confirm" }).click();
    await dialog().getByRole("button", { name: "I have them" }).waitFor();
    const codes = await dialog().getByRole("listitem").allInnerTexts();
    expect(codes).toHaveLength(10);
    secrets.push(secret, ...codes);
    hashed.push(...codes.map((code) => code.replace("-", "")));
    await dialog().getByRole("button", { name: "I have them" }).click();
    await page.getByText("10 recovery codes are left").waitFor();

    await logOut();
    const withCode = async (code: string) => {
      await page.goto(`${here}/login`);
      await giveNameAndPassword(page);
      await page.getByLabel("Code of your authenticator").fill(code);
      await page.keyboard.press("Enter");
    };
    // The next one, which clocks that go a little wrong give already: the present one is used.
    await withCode(codeAt(1));
    await page.waitForURL(({ pathname }) => pathname === "/");
    await logOut();
    await withCode(codes[0] as string);
    await page.waitForURL(({ pathname }) => pathname === "/");
    await logOut();
    await withCode(codes[0] as string);
    await page.getByText("is wrong, or was used already").waitFor();
    await page.getByLabel("Code of your authenticator").fill(codes[1] as string);
    await page.keyboard.press("Enter");
    await page.waitForURL(({ pathname }) => pathname === "/");

    await page.goto(`${here}/account`);
    await page.getByText("8 recovery codes are left").waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await dialog().getByLabel("Your password").fill(PERSON.password);
    await dialog().getByRole("button", { name: "Remove it" }).click();
    await page.getByText("Your password alone logs you in").waitFor();
    await logOut();
    await logIn(page, here);
  });

  it("leads over single sign-on to the page that was wanted, and to no other server's", async () => {
    provider.person = { subject: "1", name: "alice", groups: ["staff"] };
    const comeTo = async (path: string) => {
      const context = await browser.newContext();
      const alice = await context.newPage();
      await alice.goto(here + path);
      await alice.getByRole("button", { name: "Log in with single sign-on" }).click();
      await alice.getByRole("navigation", { name: "Main" }).first().waitFor({ state: "attached" });
      const { origin, pathname, search } = new URL(alice.url());
      secrets.push(...(await context.cookies()).filter(({ httpOnly }) => httpOnly).map(({ value }) => value));
      await context.close();
      return origin + pathname + search;
    };
    expect(await comeTo("/consoles?columns=2")).toBe(`${here}/consoles?columns=2`);
    expect(await comeTo(`/login?to=${encodeURIComponent("//evil.example/")}`)).toBe(`${here}/`);
    expect(await comeTo(`/login?to=${encodeURIComponent("/\t/evil.example/")}`)).toBe(`${here}/`);
  });

  it("told the audit log of all of it, and no secret to anybody", async () => {
    await server.client.logIn({ body: PERSON });
    const invite = await server.client.createInvite({ body: {} });
    const token = await server.client.createToken({ body: { label: "a script" } });
    await post("/session", { name: PERSON.name, password: "a guess that is wrong" });
    const handed = [invite.url.split("#")[1] as string, token.secret, server.headers.cookie?.split("=")[1] as string];
    for (const { value, httpOnly } of await page.context().cookies()) if (httpOnly) handed.push(value);
    secrets.push("a guess that is wrong", ...handed);
    hashed.push(...handed);

    const { items } = await server.client.listEvents({ query: { limit: 1000 } });
    const told = items.map(({ message }) => message).join("\n");
    for (const message of [
      "ada added the passkey laptop",
      "ada logged in by password and passkey laptop",
      "ada logged in by passkey laptop",
      "what the passkey answered was used already",
      "there may be a copy of it",
      "ada removed the passkey laptop",
      "ada set up an authenticator",
      "the code was wrong",
      "ada removed their authenticator",
      "alice logged in by single sign-on",
    ]) {
      expect(told).toContain(message);
    }

    const database = readdirSync(server.home)
      .filter((file) => file.startsWith("corral.db"))
      .map((file) => readFileSync(join(server.home, file), "latin1"))
      .join("");
    expect(database).toContain("ada added the passkey laptop");
    expect(server.output).toContain("/api/v1/session/passkey");
    expect(secrets.length).toBeGreaterThan(15);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(JSON.stringify(items)).not.toContain(secret);
      expect(server.output).not.toContain(secret);
    }
    for (const secret of hashed) expect(database).not.toContain(secret);
    expect(errors.filter((error) => !/401|Failed to load resource/.test(error))).toEqual([]);
  });
});
