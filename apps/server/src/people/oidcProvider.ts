import { CorralError } from "@corral/contracts";
import type { Identity } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import * as oidc from "openid-client";
import { z } from "zod";
import type { OidcSettings } from "../settings.ts";
import type { PendingLogin } from "./singleSignOnCookie.ts";

type Pending = Omit<PendingLogin, "to">;

/** Somebody waits meanwhile. */
const TIMEOUT_S = 10;

/** What a provider says of a person beside who they are. Odd values are as good as none. */
const claims = z.object({
  preferred_username: z.string().max(200).optional().catch(undefined),
  groups: z.array(z.string()).optional().catch(undefined),
});

export interface ForeignPerson extends Identity {
  /** What they are called there, which anybody there may be able to choose. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** The provider of single sign-on: the OpenID Connect authorization code flow with PKCE, state and nonce. */
export class OidcProvider {
  readonly #settings: OidcSettings;
  readonly #log: FastifyBaseLogger;
  #found: Promise<oidc.Configuration> | null = null;

  constructor(settings: OidcSettings, log: FastifyBaseLogger) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Where the browser goes, and what it keeps meanwhile. Throws `host_unfit` when the provider cannot be reached. */
  async begin(returnTo: string): Promise<{ url: string; pending: Pending }> {
    const provider = await this.#discover();
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      returnTo,
    };
    // Many providers refuse a scope that they do not know, and tell of groups without one.
    const knowsGroups = provider.serverMetadata().scopes_supported?.includes("groups") === true;
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: returnTo,
      scope: `openid profile${knowsGroups ? " groups" : ""}`,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, pending };
  }

  /** Who came back with this answer. Throws `login_failed`, and `host_unfit` when the provider cannot be reached. */
  async finish(query: string, pending: Pending): Promise<ForeignPerson> {
    const provider = await this.#discover();
    const answer = new URL(pending.returnTo);
    answer.search = query;
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, answer, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const idToken = tokens.claims();
      if (idToken === undefined) throw new Error("there is no ID token");
      let said = claims.parse(idToken);
      // Providers may tell these only to who asks.
      const asks = said.groups === undefined || said.preferred_username === undefined;
      if (asks && provider.serverMetadata().userinfo_endpoint !== undefined) {
        said = { ...said, ...claims.parse(await oidc.fetchUserInfo(provider, tokens.access_token, idToken.sub)) };
      }
      const { preferred_username: name = "", groups = [] } = said;
      return { issuer: idToken.iss, subject: idToken.sub, name, groups };
    } catch (error) {
      // The server's log has what a stranger need not know: the provider's own words.
      this.#log.warn({ reason: (error as Error).message }, "a login by single sign-on failed");
      throw new CorralError("login_failed", reasonOf(error));
    }
  }

  /** Reads how the provider is talked to, once; a failure is tried again by the next who comes. */
  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    this.#found ??= oidc.discovery(url, clientId, {}, authenticationWith(clientSecret), {
      timeout: TIMEOUT_S,
      // Only one on this machine: see the setting.
      execute: url.protocol === "http:" ? [oidc.allowInsecureRequests] : [],
    });
    try {
      return await this.#found;
    } catch (error) {
      this.#found = null;
      this.#log.warn({ reason: (error as Error).message, issuer }, "the provider of single sign-on does not answer");
      throw new CorralError(
        "host_unfit",
        "The provider of single sign-on cannot be reached, or is not what CORRAL_OIDC_ISSUER says. " +
          "Try again, or log in with name and password; the server's log says more.",
      );
    }
  }
}

/** As the provider takes it; what says nothing takes the standard's default. */
const authenticationWith = (secret: string): oidc.ClientAuth => {
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const known = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (known.includes("client_secret_basic") ? basic : post)(server, client, body, headers);
  };
};

const reasonOf = (error: unknown): string => {
  if (error instanceof oidc.AuthorizationResponseError) {
    const code = /^[a-z_]{1,60}$/.test(error.error) ? error.error : "another error";
    if (code === "access_denied") return "The login was refused or given up at the provider of single sign-on.";
    return `The provider of single sign-on could not log you in (${code}). Try again; an admin finds more in the server's log.`;
  }
  return "What the provider of single sign-on sent back is not good, or was used already. Begin the login again.";
};
