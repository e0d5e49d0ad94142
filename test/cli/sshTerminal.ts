import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, PERSON, type RunningServer } from "../server/runningServer.ts";
import { Terminal } from "./terminal.ts";

/** Opens the ssh door of a server to a key of its admin's. Returns the port, and OpenSSH's client at a guest's console. */
export const openSshDoor = async (server: RunningServer) => {
  const file = join(server.home, "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "laptop", "-f", file]);
  await server.client.createKey({ body: { key: readFileSync(`${file}.pub`, "utf8").trim() } });
  const port = await freePort();
  await server.client.changeSshDoor({ body: { isOpen: true, port } });
  const settings = {
    IdentityFile: file,
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    UserKnownHostsFile: "/dev/null",
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "no",
    LogLevel: "ERROR",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return {
    port,
    /** `through`: the port by which it goes, where that is another. */
    sitAt: (guest: string, through = port) =>
      new Terminal("ssh", ["-F", "/dev/null", ...options, "-p", String(through), `${PERSON.name}+${guest}@127.0.0.1`], {
        ...process.env,
        TERM: "xterm-256color",
      }),
  };
};
