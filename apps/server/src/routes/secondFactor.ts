import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { networkOf } from "../people/address.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const secondFactorRoutes = (api: FastifyInstance, services: Services): void => {
  const { store, events, accounts, passwordLogins, secondFactors } = services;

  const tell = (caller: Caller, subject: string, message: string): void => {
    events.append({ type: "user.second-factor", ...authorOf(caller), subject, message });
  };

  route(api, "secondFactor", ({ caller }) => secondFactors.stateOf(caller.user));

  route(api, "beginTotp", async ({ body: { current }, caller, request }) => {
    if (store.users.find(caller.user.id) === null) {
      throw new CorralError("impossible", "There is no admin yet whose login this could be about.");
    }
    await passwordLogins.confirmPassword(caller.user, "current", current, networkOf(request));
    return secondFactors.begin(caller.user);
  });

  route(api, "confirmTotp", ({ body: { code }, caller }) => {
    const codes = secondFactors.confirm(caller.user, code);
    tell(caller, caller.user.id, `${caller.actor} set up an authenticator`);
    return { recoveryCodes: codes };
  });

  route(api, "removeSecondFactor", async ({ body: { current }, caller, request }) => {
    await passwordLogins.confirmPassword(caller.user, "current", current, networkOf(request));
    secondFactors.removeAuthenticator(caller.user);
    tell(caller, caller.user.id, `${caller.actor} removed their authenticator`);
  });

  route(api, "removeSecondFactorOf", ({ params, caller }) => {
    const user = accounts.find(params.id);
    secondFactors.removeAll(user);
    tell(caller, user.id, `${caller.actor} removed the second factors of ${user.name}`);
  });
};
