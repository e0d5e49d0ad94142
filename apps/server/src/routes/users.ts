import { CorralError } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { authorOf } from "../people/caller.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";
import { shownSession } from "./account.ts";

export const userRoutes = (api: FastifyInstance, { store, events, accounts, loginLinks }: Services): void => {
  route(api, "listUsers", ({ query }) => listPage(store.users.people(), query));

  route(api, "createUser", ({ body, caller }) => accounts.create(body, caller));

  route(api, "changeUser", ({ params, body, caller }) => accounts.change(accounts.find(params.id), body, caller));

  route(api, "deleteUser", ({ params, caller }) => accounts.delete(accounts.find(params.id), caller));

  route(api, "createPasswordLink", ({ params, caller }) =>
    accounts.createPasswordLink(accounts.find(params.id), caller),
  );

  route(api, "listSessionsOf", ({ params, query, caller }) => {
    const { id } = accounts.find(params.id);
    return listPage(
      store.sessions.listOf(id).map((row) => shownSession(row, caller)),
      query,
    );
  });

  route(api, "endSessionsOf", ({ params, caller }) => accounts.endSessions(accounts.find(params.id), caller));

  route(api, "listInvites", ({ query }) =>
    listPage(
      store.loginLinks.invites().map(({ role, ...row }) => ({ ...row, role: role ?? "user" })),
      query,
    ),
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
