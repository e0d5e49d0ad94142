import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, readFileSync } from "node:fs";
import { pidfdGetfd, pidfdOpen, pidfdSendSignal, SystemCallError } from "../../syscalls.ts";
import { type Check, failure, good, warning } from "../check.ts";

const MEANING =
  "Guests outlive the server, but after its restart their consoles could not be brought back until each is restarted.";

const SIGKILL = 9;
/** The probe ends by itself after this, should this process be killed before it has ended it. */
const PROBE_S = 10;

const yamaScope = (): string | null => {
  try {
    return readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8").trim();
  } catch {
    return null;
  }
};

export const adoption: readonly Check[] = [
  {
    id: "adoption",
    title: "Taking over guests after a restart (pidfd_getfd)",
    look: async () => {
      const scope = yamaScope();
      if (scope === "3") {
        return failure(
          "Yama's ptrace_scope is 3: no process may trace another, and User Mode Linux is made of that.",
          "No guest can be started.",
          "Set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart the host; 3 cannot be taken back while it runs.",
        );
      }
      const pid = await strangerInSandbox();
      if (pid === null) {
        return warning(
          "Not tried, since no sandbox can be made.",
          "Whether it works is not known.",
          "Mend the sandbox first.",
        );
      }
      const pidfd = pidfdOpen(pid);
      try {
        closeSync(pidfdGetfd(pidfd, 0));
        return good(scope === null ? "Works." : `Works (Yama's ptrace_scope is ${scope}).`);
      } catch (error) {
        const why = error instanceof SystemCallError ? error.message : String(error);
        return failure(
          `It does not work here: ${why}${scope === null ? "" : ` (Yama's ptrace_scope is ${scope})`}`,
          MEANING,
          "It needs Linux 5.6; in a container a seccomp profile that allows pidfd_getfd and ptrace (docker/compose.yaml); and where Yama's ptrace_scope is not 0, perhaps that: as root, sysctl -w kernel.yama.ptrace_scope=0.",
        );
      } finally {
        pidfdSendSignal(pidfd, SIGKILL);
        closeSync(pidfd);
      }
    },
  },
];

/**
 * The pid of a sandboxed process that is no descendant of this one, as a running guest is to a restarted server: Yama
 * lets every process take from its own children. null where no sandbox can be made.
 */
const strangerInSandbox = async (): Promise<number | null> => {
  const isolation = ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"];
  const argv = ["bwrap", ...isolation, "--json-status-fd", "1", "--", "sleep", String(PROBE_S)];
  const shell = spawn("/bin/sh", ["-c", '"$@" &', "sh", ...argv], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
  });
  const exited = once(shell, "exit");
  for await (const chunk of shell.stdout) {
    const pid = /"child-pid": (\d+)/.exec(String(chunk))?.[1];
    if (pid === undefined) continue;
    await exited;
    return Number(pid);
  }
  return null;
};
