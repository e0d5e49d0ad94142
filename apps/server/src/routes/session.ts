import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { addressOf, networkOf } from "../people/address.ts";
import { authorOf } from "../people/caller.ts";
import { clearSessionCookie } from "../people/sessionCookie.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { openSession } from "./openSession.ts";

export const sessionRoutes = (api: FastifyInstance, services: Services): void => {
  const { secondFactors, events, sessions, loginLinks, passwordLogins, sockets } = services;

  route(api, "lookAtLink", ({ body: { secret } }) => loginLinks.look(secret));

  route(api, "redeemLink", async ({ body, request, reply }) => {
    const { user, what } = await loginLinks.redeem(body);
    const author = { actor: user.name, by: "session", from: addressOf(request) } as const;
    if (what !== null) events.append({ ...what, ...author, subject: user.id });
    if (what?.type === "user.password-changed") {
      sockets.recheck();
      if (secondFactors.stateOf(user).on) {
        const message = "Your new password is set. Log in with it and your second factor.";
        throw new CorralError("second_factor_needed", message);
      }
    }
    return openSession(services, user, "one-time link", request, reply);
  });

  route(api, "logIn", async ({ body: { name, password, code = null }, request, reply }) => {
    const origin = { by: "session", from: addressOf(request), network: networkOf(request) } as const;
    const user = await passwordLogins.verifyPassword(name, password, code, origin);
    return openSession(services, user, "password", request, reply);
  });

  route(api, "logOut", ({ caller, request, reply }) => {
    // A token or the admin socket is no session: there is nothing to close.
    if (caller.by !== "session" || caller.credential === null) return;
    sessions.close(caller.credential);
    sockets.closeOfCredential(caller.credential);
    clearSessionCookie(request, reply);
    const message = `${caller.actor} logged out`;
    events.append({ type: "session.closed", ...authorOf(caller), subject: caller.user.id, message });
  });

  route(api, "me", ({ caller: { user, by } }) => ({ user, by }));
};
