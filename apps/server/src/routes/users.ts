import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { authorOf } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { shownSession } from "./account.ts";

const whole = <T>(items: T[]) => ({ items, nextCursor: null, total: items.length });

export const userRoutes = (api: FastifyInstance, { store, events, accounts, loginLinks }: Services): void => {
  route(api, "listUsers", () => whole(store.users.people()));

  route(api, "createUser", ({ body, caller }) => accounts.create(body, caller));

  route(api, "changeUser", ({ params, body, caller }) => accounts.change(accounts.find(params.id), body, caller));

  route(api, "deleteUser", ({ params, caller }) => accounts.delete(accounts.find(params.id), caller));

  route(api, "createPasswordLink", ({ params, caller }) =>
    accounts.createPasswordLink(accounts.find(params.id), caller),
  );

  route(api, "listSessionsOf", ({ params, caller }) => {
    const { id } = accounts.find(params.id);
    return whole(store.sessions.listOf(id).map((row) => shownSession(row, caller)));
  });

  route(api, "endSessionsOf", ({ params, caller }) => accounts.endSessions(accounts.find(params.id), caller));

  route(api, "listInvites", () =>
    whole(store.loginLinks.invites().map(({ role, ...row }) => ({ ...row, role: role ?? "user" }))),
  );

  route(api, "createInvite", ({ body: { role, days }, caller }) => {
    const { link, row } = loginLinks.createInvite(role, days, caller.actor);
    const message = `${caller.actor} made an invitation for a new ${role}`;
    events.append({ type: "invite.created", ...authorOf(caller), subject: row.id, message });
    return { ...row, role, url: link.url };
  });

  route(api, "deleteInvite", ({ params: { id }, caller }) => {
    if (!store.loginLinks.deleteInvite(id)) {
      throw new CorralError("not_found", "There is no such invitation. It may have been taken up.");
    }
    const message = `${caller.actor} took an invitation back`;
    events.append({ type: "invite.deleted", ...authorOf(caller), subject: id, message });
  });
};
