import { CorralError, type Session } from "@corral/contracts";
import type { SessionRow } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { networkOf } from "../people/address.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { hashPassword } from "../people/password.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const accountRoutes = (api: FastifyInstance, services: Services): void => {
  const { store, events, passwordLogins, sockets } = services;

  const endOthers = (caller: Caller): void => {
    store.sessions.deleteOf(caller.user.id, caller.by === "session" ? (caller.credential ?? undefined) : undefined);
    sockets.recheck();
  };

  route(api, "changePassword", async ({ body: { current, password }, caller, request }) => {
    await passwordLogins.confirmPassword(caller.user, "current", current, networkOf(request));
    store.users.setPasswordHash(caller.user.id, await hashPassword(password));
    endOthers(caller);
    const message = `${caller.actor} changed their password`;
    events.append({ type: "user.password-changed", ...authorOf(caller), subject: caller.user.id, message });
  });

  route(api, "listSessions", ({ query, caller }) =>
    listPage(
      store.sessions.listOf(caller.user.id).map((row) => shownSession(row, caller)),
      query,
    ),
  );

  route(api, "endSession", ({ params: { id }, caller }) => {
    if (!store.sessions.listOf(caller.user.id).some((row) => row.id === id)) {
      throw new CorralError("not_found", "You have no such session. It may have ended.");
    }
    store.sessions.delete(id);
    sockets.closeOfCredential(id);
    const message = `${caller.actor} logged a browser out`;
    events.append({ type: "session.closed", ...authorOf(caller), subject: caller.user.id, message });
  });

  route(api, "endOtherSessions", ({ caller }) => {
    endOthers(caller);
    const message = `${caller.actor} logged out everywhere else`;
    events.append({ type: "session.closed", ...authorOf(caller), subject: caller.user.id, message });
  });
};

export const shownSession = (row: SessionRow, { credential }: Caller): Session => ({
  id: row.id,
  address: row.address,
  createdAt: row.createdAt,
  lastSeenAt: row.lastSeenAt,
  expiresAt: row.expiresAt,
  current: row.id === credential,
});
