import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { type Check, type Finding, failure, good } from "../check.ts";
import { findProgram } from "../hostPackages.ts";

const run = promisify(execFile);
const RUN_TIMEOUT_MS = 5_000;
const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C" };

const reads = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
};

const attempt = async (program: string, args: readonly string[]): Promise<string | null> => {
  try {
    await run(program, args, { timeout: RUN_TIMEOUT_MS, env: environment });
    return null;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return stderr?.trim() || message;
  }
};

/** The sandbox that guests run in, but for its mounts. As root it needs no user namespace. */
const namespaces = (): string[] => [
  ...(process.getuid?.() === 0 ? [] : ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"]),
  ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net"],
];

/** A check goes with its server: else a bwrap of it would wait for ever. */
const SEE_ALL = ["--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--"];

/** Why user namespaces are refused, where the host says so. */
const whyRefused = (words: string): Finding => {
  const meaning =
    "Guests run in a sandbox that an ordinary user makes with user namespaces. Without them no guest can be started.";
  if (reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return failure(
      "AppArmor lets only programs with a profile make user namespaces (Ubuntu 23.10 and newer), and bwrap has none.",
      meaning,
      "As root, give bwrap one: printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n' > /etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap. Or allow them to all: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    );
  }
  if (reads("/proc/sys/kernel/unprivileged_userns_clone") === "0") {
    return failure(
      "User namespaces are switched off for ordinary users.",
      meaning,
      "As root: sysctl -w kernel.unprivileged_userns_clone=1, and the same line in a file in /etc/sysctl.d to keep it.",
    );
  }
  if (reads("/proc/sys/user/max_user_namespaces") === "0") {
    return failure(
      "The host allows no user namespaces at all.",
      meaning,
      "As root: sysctl -w user.max_user_namespaces=10000, and the same line in a file in /etc/sysctl.d to keep it.",
    );
  }
  return failure(
    `bwrap does not work: ${words}`,
    meaning,
    existsSync("/.dockerenv") || existsSync("/run/.containerenv")
      ? "Containers forbid it unless told otherwise: docker/compose.yaml has the rights it needs, each explained."
      : "Its own words say what was refused; docs/operations.md has a list of what it needs.",
  );
};

export const sandboxing: readonly Check[] = [
  {
    id: "sandbox",
    title: "Sandbox (bwrap)",
    look: async () => {
      const bwrap = findProgram("bwrap");
      if (bwrap === null) {
        return failure("bwrap is not installed.", "No guest can be started.", "As root: apt-get install bubblewrap");
      }
      const words = await attempt(bwrap, [...namespaces(), ...SEE_ALL, "true"]);
      return words === null ? good("Works.") : whyRefused(words);
    },
  },
  {
    id: "memory-layout",
    title: "Fixed memory layout (setarch -R)",
    look: async () => {
      const words = await attempt("setarch", ["-R", "true"]);
      return words === null
        ? good("Allowed.")
        : failure(
            `setarch -R does not work: ${words}`,
            "Guests are started through it, since their memory would be of random size otherwise; they cannot be started.",
            "In a container, allow the personality system call in its seccomp profile (docker/compose.yaml shows how).",
          );
    },
  },
];
