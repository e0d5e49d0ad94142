import { debuggerState } from "../debugger.ts";
import { byId, defineEndpoints } from "../endpoint.ts";

const admin = { access: { role: "admin", guest: "manage" }, tag: "mconsole", params: byId } as const;

export const debuggerEndpoints = defineEndpoints({
  readDebugger: {
    method: "GET",
    path: "/guests/:id/debugger",
    ...admin,
    summary: "Whether a debugger may be attached to a guest's kernel process, with what, and who has one on it",
    status: 200,
    response: debuggerState,
  },
  endDebugger: {
    method: "DELETE",
    path: "/guests/:id/debugger",
    ...admin,
    summary: "Detach the debugger that somebody has on the guest's kernel, so that the guest goes on",
    status: 204,
  },
});
