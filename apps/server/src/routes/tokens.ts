import { CorralError, type Token } from "@corral/contracts";
import type { TokenRow } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { authorOf, type Caller } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const tokenRoutes = (api: FastifyInstance, { store, events, tokens, loginLinks, sockets }: Services): void => {
  route(api, "listTokens", ({ caller }) => {
    const items = store.tokens.listOf(caller.user.id).map((row) => shown(row, caller));
    return { items, nextCursor: null, total: items.length };
  });

  route(api, "createToken", ({ body: { label }, caller }) => {
    if (store.users.find(caller.user.id) === null) {
      throw new CorralError(
        "impossible",
        "There is no admin yet whose token this could be. Redeem the login link first.",
      );
    }
    const { row, secret } = tokens.create(caller.user, label);
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
    const link = loginLinks.create(store.users.find(caller.user.id));
    const message = `${caller.actor} made a login link`;
    events.append({ type: "token.created", ...authorOf(caller), subject: caller.user.id, message });
    return link;
  });
};

const shown = ({ id, label, createdAt, lastUsedAt }: TokenRow, { user }: Caller): Token => ({
  id,
  label,
  user: user.name,
  createdAt,
  lastUsedAt,
});
