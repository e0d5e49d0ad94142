import { CorralError, type Passkey } from "@corral/contracts";
import type { PasskeyRow } from "@corral/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { listPage } from "../listPage.ts";
import { addressOf, networkOf } from "../people/address.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { openSession } from "./openSession.ts";

export const passkeyRoutes = (api: FastifyInstance, services: Services): void => {
  const { store, events, passkeys, passkeyLogins, passwordLogins } = services;

  const tell = (caller: Caller, message: string): void => {
    events.append({ type: "user.second-factor", ...authorOf(caller), subject: caller.user.id, message });
  };
  const originOf = (request: FastifyRequest) =>
    ({ by: "session", from: addressOf(request), network: networkOf(request) }) as const;

  route(api, "beginPasskeyLogin", ({ body: { account }, request }) => passkeyLogins.begin(account, originOf(request)));

  route(api, "logInWithPasskey", async ({ body: { response }, request, reply }) => {
    const { user, way } = await passkeyLogins.finish(response, originOf(request));
    return openSession(services, user, way, request, reply);
  });

  route(api, "listPasskeys", ({ query, caller }) => listPage(store.passkeys.listOf(caller.user.id).map(shown), query));

  route(api, "beginPasskey", async ({ body: { current }, caller, request }) => {
    if (store.users.find(caller.user.id) === null) {
      throw new CorralError("impossible", "There is no admin yet whose passkey this could be.");
    }
    await passwordLogins.confirmPassword(caller.user, "current", current, networkOf(request));
    return passkeys.begin(caller.user);
  });

  route(api, "createPasskey", async ({ body: { label, response }, caller }) => {
    const row = await passkeys.create(caller.user, label, response);
    tell(caller, `${caller.actor} added the passkey ${label}`);
    return shown(row);
  });

  route(api, "removePasskey", async ({ params: { id }, body: { current }, caller, request }) => {
    await passwordLogins.confirmPassword(caller.user, "current", current, networkOf(request));
    const row = store.passkeys.delete(id, caller.user.id);
    if (row === null) throw new CorralError("not_found", "You have no such passkey. It may have been removed.");
    tell(caller, `${caller.actor} removed the passkey ${row.label}`);
  });
};

const shown = ({ id, label, createdAt, lastUsedAt }: PasskeyRow): Passkey => ({ id, label, createdAt, lastUsedAt });
