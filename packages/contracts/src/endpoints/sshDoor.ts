import { defineEndpoints } from "../endpoint.ts";
import { sshDoor, sshDoorChanges } from "../sshDoor.ts";

export const sshDoorEndpoints = defineEndpoints({
  getSshDoor: {
    method: "GET",
    path: "/ssh-door",
    summary: "Whether and where people come in by ssh, and the key by which they know this server",
    tag: "host",
    access: { role: "user" },
    status: 200,
    response: sshDoor,
  },
  changeSshDoor: {
    method: "PATCH",
    path: "/ssh-door",
    summary: "Open or shut the ssh door, or move it to another port; ends the connections through it",
    tag: "host",
    access: { role: "admin", login: true },
    status: 200,
    body: sshDoorChanges,
    response: sshDoor,
  },
});
