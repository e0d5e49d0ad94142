import { CorralError, impossible, type NewToken, type Token } from "@corral/contracts";
import type { TokenRow } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { maySee } from "../access.ts";
import { listPage } from "../listPage.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const tokenRoutes = (api: FastifyInstance, { store, events, tokens, loginLinks, sockets }: Services): void => {
  route(api, "listTokens", ({ query, caller }) =>
    listPage(
      store.tokens.listOf(caller.user.id).map((row) => shown(row, caller)),
      query,
    ),
  );

  const shown = (row: TokenRow, { user }: Caller): Token => ({
    id: row.id,
    label: row.label,
    user: user.name,
    scope: row.scope,
    guests: row.guestIds?.flatMap((id) => store.guests.find(id)?.definition.name ?? []) ?? null,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
  });

  /** Ids of guests that the token's maker may see. */
  const guestIdsOf = (guests: NewToken["guests"], caller: Caller): string[] | null =>
    guests?.map((name, index) => {
      const guest = store.guests.find(name);
      if (guest !== null && maySee(guest, caller)) return guest.id;
      throw impossible(`guests.${index}`, `there is no guest ${name}`);
    }) ?? null;

  route(api, "createToken", ({ body: { label, scope, guests, expiresAt }, caller }) => {
    if (store.users.find(caller.user.id) === null) {
      throw new CorralError(
        "impossible",
        "There is no admin yet whose token this could be. Redeem the login link first.",
      );
    }
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
      throw impossible("expiresAt", "must be in the future");
    }
    const { row, secret } = tokens.create(caller.user, label, {
      scope,
      guestIds: guestIdsOf(guests, caller),
      expiresAt,
    });
    const message = `${caller.actor} made the token ${label}`;
    events.append({ type: "token.created", ...authorOf(caller), subject: row.id, message });
    return { ...shown(row, caller), secret };
  });

  route(api, "deleteToken", ({ params: { id }, caller }) => {
    if (!store.tokens.delete(id, caller.user.id)) throw new CorralError("not_found", "You have no such token.");
    sockets.closeOfCredential(id);
    const message = `${caller.actor} deleted a token`;
    events.append({ type: "token.deleted", ...authorOf(caller), subject: id, message });
  });

  route(api, "createAdminLink", ({ caller }) => {
    const link = loginLinks.createLogin(store.users.find(caller.user.id));
    const message = `${caller.actor} made a login link`;
    events.append({ type: "token.created", ...authorOf(caller), subject: caller.user.id, message });
    return link;
  });
};
