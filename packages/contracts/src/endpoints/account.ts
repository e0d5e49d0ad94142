import { byId, defineEndpoints } from "../endpoint.ts";
import { list } from "../list.ts";
import { passwordChange, session } from "../people.ts";

export const accountEndpoints = defineEndpoints({
  changePassword: {
    method: "POST",
    path: "/me/password",
    summary: "Change my password; ends my other sessions",
    tag: "people",
    access: { role: "user", login: true },
    status: 204,
    body: passwordChange,
    perMinute: 20,
  },
  listSessions: {
    method: "GET",
    path: "/sessions",
    summary: "Where I am logged in",
    tag: "people",
    access: { role: "user", login: true },
    status: 200,
    ...list(session, ["lastSeenAt", "createdAt"], { usual: "-lastSeenAt" }),
  },
  endSession: {
    method: "DELETE",
    path: "/sessions/:id",
    summary: "Log a browser of mine out",
    tag: "people",
    access: { role: "user", login: true },
    status: 204,
    params: byId,
  },
  endOtherSessions: {
    method: "DELETE",
    path: "/sessions",
    summary: "Log out everywhere but here",
    tag: "people",
    access: { role: "user", login: true },
    status: 204,
  },
});
