import { CorralError, SINGLE_SIGN_ON_PATH } from "@corral/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { addressOf } from "../people/address.ts";
import type { SingleSignOn } from "../people/singleSignOn.ts";
import { setPendingLogin, takePendingLogin } from "../people/singleSignOnCookie.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { openSession } from "./openSession.ts";

export const singleSignOnRoutes = (api: FastifyInstance, services: Services): void => {
  const { origins } = services;

  const configured = (): SingleSignOn => {
    if (services.singleSignOn !== null) return services.singleSignOn;
    throw new CorralError("host_unfit", "Single sign-on is not set up on this server. Log in with name and password.");
  };

  /** The browser must come back to the name by which it came: its cookie is only there. */
  const returnTo = ({ headers: { origin } }: FastifyRequest): string =>
    (origin !== undefined && origins.has(origin) ? origin : origins.first) + SINGLE_SIGN_ON_PATH;

  route(api, "loginWays", () => ({
    singleSignOn: services.singleSignOn !== null,
    passkeys: services.passkeys.address,
  }));

  route(api, "beginSingleSignOn", async ({ body: { to = "/" }, request, reply }) => {
    const { url, pending } = await configured().begin(returnTo(request), to);
    setPendingLogin(request, reply, pending);
    return { url };
  });

  route(api, "finishSingleSignOn", async ({ body: { query }, request, reply }) => {
    const singleSignOn = configured();
    const pending = takePendingLogin(request, reply);
    const user = await singleSignOn.finish(query, pending, addressOf(request));
    return { ...openSession(services, user, "single sign-on", request, reply), to: pending?.to ?? "/" };
  });
};
