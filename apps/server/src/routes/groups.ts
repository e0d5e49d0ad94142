import { CorralError, type EventType, type Group, impossible } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { refuseLookalike } from "../people/lookalike.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const groupRoutes = (api: FastifyInstance, { store, events, sockets }: Services): void => {
  const find = (idOrName: string): Group => {
    const group = store.groups.find(idOrName);
    if (group === null) throw new CorralError("not_found", "There is no such group.");
    return group;
  };

  const userIds = (names: readonly string[]): string[] =>
    names.map((name, index) => {
      const user = store.users.find(name);
      if (user === null) throw impossible(`members.${index}`, `there is no user ${name}`);
      return user.id;
    });

  const tell = (type: EventType, group: Pick<Group, "id">, caller: Caller, message: string): void => {
    events.append({ type, ...authorOf(caller), subject: group.id, message });
  };

  route(api, "listGroups", ({ query }) => listPage(store.groups.list(), query));

  route(api, "createGroup", ({ body: { name, members }, caller }) => {
    const group = store.transaction(() => {
      refuseLookalike(name, store.groups.list());
      const made = store.groups.insert(name);
      store.groups.setMembers(made.id, userIds(members));
      return find(made.id);
    });
    tell("group.created", group, caller, `${caller.actor} made the group ${name}`);
    return group;
  });

  route(api, "changeGroup", ({ params, body: { name, members, quota }, caller }) => {
    const before = find(params.id);
    const group = store.transaction(() => {
      if (name !== undefined && name !== before.name) {
        refuseLookalike(
          name,
          store.groups.list().filter(({ id }) => id !== before.id),
        );
        store.groups.rename(before.id, name);
      }
      if (members !== undefined) store.groups.setMembers(before.id, userIds(members));
      if (quota !== undefined) store.groups.setQuota(before.id, quota);
      return find(before.id);
    });
    sockets.recheck();
    const who = group.members.length === 0 ? "nobody" : group.members.join(", ");
    tell("group.changed", group, caller, `${caller.actor} changed the group ${group.name}; in it: ${who}`);
    return group;
  });

  route(api, "deleteGroup", ({ params, caller }) => {
    const group = find(params.id);
    store.groups.delete(group.id);
    sockets.recheck();
    tell("group.deleted", group, caller, `${caller.actor} deleted the group ${group.name}`);
  });
};
