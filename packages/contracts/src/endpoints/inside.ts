import { byId, defineEndpoints } from "../endpoint.ts";
import { execAnswer, execRequest, filePiece, fileQuery, guestNetwork, guestProcesses } from "../guestInside.ts";

/** Over the guest link. A command is the guest's root, whatever its consoles ask for: that takes the right to manage. */
export const insideEndpoints = defineEndpoints({
  execInGuest: {
    method: "POST",
    path: "/guests/:id/exec",
    summary: "Run a command in the guest as root, over its guest link",
    tag: "inside",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    body: execRequest,
    response: execAnswer,
    perMinute: 600,
  },
  listProcesses: {
    method: "GET",
    path: "/guests/:id/processes",
    summary: "The guest's processes, over its guest link",
    tag: "inside",
    access: { role: "user", guest: "use" },
    status: 200,
    params: byId,
    response: guestProcesses,
  },
  readNetwork: {
    method: "GET",
    path: "/guests/:id/network",
    summary: "The guest's network interfaces with their addresses and counters, over its guest link",
    tag: "inside",
    access: { role: "user", guest: "use" },
    status: 200,
    params: byId,
    response: guestNetwork,
  },
  readGuestFile: {
    method: "GET",
    path: "/guests/:id/file",
    summary: "A piece of a file of the guest; X-Corral-Size says how long the file is",
    tag: "inside",
    access: { role: "user", guest: "manage" },
    status: 200,
    params: byId,
    query: fileQuery,
    contentType: "application/octet-stream",
  },
  writeGuestFile: {
    method: "POST",
    path: "/guests/:id/file",
    summary: "A piece of a file for the guest, which appears there with the last one",
    tag: "inside",
    access: { role: "user", guest: "manage" },
    status: 204,
    params: byId,
    body: filePiece,
  },
});
