import type { CDPSession, Page } from "playwright-core";

interface Credential {
  readonly credentialId: string;
  readonly signCount: number;
}

/** What the page's browser holds passkeys in: Chromium's own authenticator, which touches itself. */
export class VirtualAuthenticator {
  readonly #browser: CDPSession;
  readonly #id: string;

  private constructor(browser: CDPSession, id: string) {
    this.#browser = browser;
    this.#id = id;
  }

  /** `usb` is a security key, which stays what it is wherever the page goes. */
  static async plugIn(page: Page, transport: "internal" | "usb"): Promise<VirtualAuthenticator> {
    const browser = await page.context().newCDPSession(page);
    await browser.send("WebAuthn.enable");
    const { authenticatorId } = await browser.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport,
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(browser, authenticatorId);
  }

  /** Whether somebody touches it when it asks. */
  async touch(enabled: boolean): Promise<void> {
    await this.#browser.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: this.#id, enabled });
  }

  /** Whether it knows the finger or the PIN. */
  async verify(isUserVerified: boolean): Promise<void> {
    await this.#browser.send("WebAuthn.setUserVerified", { authenticatorId: this.#id, isUserVerified });
  }

  /** What it has counted, as if it were a copy of itself from another time. */
  async setCount(signCount: (now: number) => number): Promise<void> {
    const authenticatorId = this.#id;
    const { credentials } = await this.#browser.send("WebAuthn.getCredentials", { authenticatorId });
    await this.#browser.send("WebAuthn.clearCredentials", { authenticatorId });
    for (const credential of credentials) {
      const copy = { ...credential, signCount: signCount((credential as Credential).signCount) };
      await this.#browser.send("WebAuthn.addCredential", { authenticatorId, credential: copy });
    }
  }
}

/* Has the page that is shown do it, with no code of the page's own in between. */

export const makeIn = (page: Page, options: object): Promise<object> =>
  page.evaluate(async (publicKey) => {
    const parsed = PublicKeyCredential.parseCreationOptionsFromJSON(
      publicKey as PublicKeyCredentialCreationOptionsJSON,
    );
    const credential = await navigator.credentials.create({ publicKey: parsed });
    return (credential as PublicKeyCredential).toJSON();
  }, options);

export const signIn = (page: Page, options: object): Promise<object> =>
  page.evaluate(async (publicKey) => {
    const parsed = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey as PublicKeyCredentialRequestOptionsJSON);
    const credential = await navigator.credentials.get({ publicKey: parsed });
    return (credential as PublicKeyCredential).toJSON();
  }, options);
