import { CorralError, SSH_KEYS_MAXIMUM, type SshKey } from "@corral/contracts";
import type { SshKeyRow } from "@corral/store";
import type { FastifyInstance } from "fastify";
import { listPage } from "../listPage.ts";
import { authorOf } from "../people/caller.ts";
import { parsePublicKey } from "../people/sshKey.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const sshKeyRoutes = (api: FastifyInstance, { store, events }: Services): void => {
  route(api, "listKeys", ({ query, caller }) => listPage(store.sshKeys.listOf(caller.user.id).map(shown), query));

  route(api, "createKey", ({ body, caller }) => {
    const { comment, ...key } = parsePublicKey(body.key);
    if (store.users.find(caller.user.id) === null) {
      throw new CorralError(
        "impossible",
        "There is no admin yet whose key this could be. Redeem the login link first.",
      );
    }
    const label = body.label || comment.slice(0, 100) || key.type;
    const row = store.transaction(() => {
      if (store.sshKeys.listOf(caller.user.id).length >= SSH_KEYS_MAXIMUM) {
        throw new CorralError(
          "impossible",
          `You have ${SSH_KEYS_MAXIMUM} keys, the most there can be. Delete one first.`,
        );
      }
      return store.sshKeys.insert({ userId: caller.user.id, label, ...key });
    });
    const message = `${caller.actor} added the ssh key ${label}, ${key.fingerprint}`;
    events.append({ type: "key.created", ...authorOf(caller), subject: caller.user.id, message });
    return shown(row);
  });

  route(api, "deleteKey", ({ params: { id }, caller }) => {
    const row = store.sshKeys.delete(id, caller.user.id);
    if (row === null) throw new CorralError("not_found", "You have no such ssh key.");
    const message = `${caller.actor} deleted the ssh key ${row.label}, ${row.fingerprint}`;
    events.append({ type: "key.deleted", ...authorOf(caller), subject: caller.user.id, message });
  });
};

const shown = ({ id, label, type, fingerprint, createdAt, lastUsedAt }: SshKeyRow): SshKey => ({
  id,
  label,
  type,
  fingerprint,
  createdAt,
  lastUsedAt,
});
