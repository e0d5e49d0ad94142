import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { onTestFinished } from "vitest";
import type { OidcSettings } from "../settings.ts";

export const CLIENT = { clientId: "corral", clientSecret: "a secret of the client's" };

export interface TestPerson {
  subject: string;
  name: string;
  groups: string[];
}

/** A real provider of OpenID Connect, at which whoever `person` says is logged in already. */
export class TestOidcProvider {
  readonly issuer: string;
  person: TestPerson = { subject: "1", name: "alice", groups: [] };
  /** Whether people give up there. */
  givesUp = false;

  private constructor(issuer: string) {
    this.issuer = issuer;
  }

  /** It goes with the running test, unless `atEnd` says otherwise. */
  static async open(returnTo: string, atEnd: (end: () => void) => void = onTestFinished): Promise<TestOidcProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    atEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const test = new TestOidcProvider(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const provider = test.#provider(returnTo);
    const answer = provider.callback();
    server.on("request", (request, response) => {
      if (!request.url?.startsWith("/interaction/")) return void answer(request, response);
      const login = { login: { accountId: test.person.subject } };
      void provider.interactionFinished(request, response, test.givesUp ? { error: "access_denied" } : login);
    });
    return test;
  }

  settings(roles: OidcSettings["roles"]): OidcSettings {
    return { issuer: this.issuer, ...CLIENT, roles };
  }

  /** Goes through the provider's pages as a browser does. The query that the browser is sent back with. */
  async logIn(url: string): Promise<string> {
    const cookies = new Map<string, string>();
    let at = new URL(url);
    while (at.origin === this.issuer) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(at, { redirect: "manual", headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "") cookies.delete(name);
        else cookies.set(name, value);
      }
      const next = response.headers.get("location");
      if (next === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
      at = new URL(next, at);
    }
    return at.search.slice(1);
  }

  #provider(returnTo: string): Provider {
    return new Provider(this.issuer, {
      clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [returnTo] }],
      claims: { openid: ["sub"], profile: ["preferred_username"], groups: ["groups"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, accountId) => {
        const { name, groups } = this.person;
        return { accountId, claims: () => ({ sub: accountId, preferred_username: name, groups }) };
      },
      // Nobody is asked whether Corral may know who they are.
      loadExistingGrant: async ({ oidc: { provider, client, session } }) => {
        const grant = new provider.Grant({ clientId: client?.clientId ?? "", accountId: session?.accountId ?? "" });
        grant.addOIDCScope("openid profile groups");
        await grant.save();
        return grant;
      },
    });
  }
}
