import { existsSync, readFileSync } from "node:fs";
import { refuseForeign, runFolderOf } from "../../runFolder.ts";
import { type Check, failure, good, warning } from "../check.ts";

const LOGIND_FILES = ["/etc/systemd/logind.conf", "/usr/lib/systemd/logind.conf"];

const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** What ends processes behind Corral's back, and would take guests along. */
export const surroundings = (home: string): readonly Check[] => [
  {
    id: "run-folder",
    title: "Folder of sockets",
    look: () => {
      try {
        refuseForeign(runFolderOf(home));
        return good(runFolderOf(home));
      } catch (error) {
        return failure((error as Error).message, "No guest can be started.", null);
      }
    },
  },
  {
    id: "container",
    title: "Container",
    look: () =>
      existsSync("/.dockerenv") || existsSync("/run/.containerenv")
        ? warning(
            "Corral runs in a container.",
            "Stopping or updating the container stops its guests.",
            "Shut guests down before you stop the container.",
          )
        : good("None: guests outlive the server."),
  },
  {
    id: "logout",
    title: "Logging out",
    look: () =>
      LOGIND_FILES.some((file) => /^\s*KillUserProcesses\s*=\s*(yes|true|1)/im.test(read(file))) &&
      process.getuid?.() !== 0
        ? warning(
            "systemd-logind ends all processes of a user who logs out (KillUserProcesses=yes).",
            "Your guests end when you log out.",
            "loginctl enable-linger, and run Corral as a user service (docs/operations.md); or set KillUserProcesses=no.",
          )
        : good("Does not end guests."),
  },
  {
    id: "service",
    title: "Service manager",
    look: () =>
      process.env.INVOCATION_ID !== undefined && process.env.CORRAL_KILL_MODE !== "process"
        ? warning(
            "Corral was started by systemd, and its unit does not say CORRAL_KILL_MODE=process.",
            "Unless the unit has KillMode=process, stopping the service ends all guests.",
            "Use the unit in docs/operations.md: it sets KillMode=process and says so here.",
          )
        : good("Stopping the server leaves guests running."),
  },
];
