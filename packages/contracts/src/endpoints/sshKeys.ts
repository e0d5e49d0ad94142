import { byId, defineEndpoints } from "../endpoint.ts";
import { list } from "../list.ts";
import { newSshKey, sshKey } from "../sshKeys.ts";

export const sshKeysEndpoints = defineEndpoints({
  listKeys: {
    method: "GET",
    path: "/keys",
    summary: "My ssh public keys",
    tag: "people",
    access: { role: "user" },
    status: 200,
    ...list(sshKey, ["createdAt", "label", "lastUsedAt"], { usual: "-createdAt" }),
  },
  createKey: {
    method: "POST",
    path: "/keys",
    summary: "Let an ssh key log me in",
    tag: "people",
    access: { role: "user", login: true },
    status: 201,
    body: newSshKey,
    response: sshKey,
  },
  deleteKey: {
    method: "DELETE",
    path: "/keys/:id",
    summary: "Forget an ssh key",
    tag: "people",
    access: { role: "user", login: true },
    status: 204,
    params: byId,
  },
});
