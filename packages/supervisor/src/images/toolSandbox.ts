import { spawn } from "node:child_process";
import { CorralError } from "@corral/contracts";
import { cancelled } from "./cancelled.ts";

/*
 * Tools that make file systems run as root of a user namespace with this user's id and no other: files come out as
 * root's, nothing needs a privilege, and the host's files are read-only to them. The pid namespace goes with its first
 * process, so that a cancelled tool leaves no process and no mount behind.
 */

export interface ToolRun {
  readonly argv: readonly string[];
  /** The one folder it may write to, and where it starts. /tmp is its own. */
  readonly workFolder: string;
  /** Folders it must see even where they lie below /tmp. */
  readonly readable?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** Of a tool's output, this much is kept to say why it failed. */
const KEPT_OUTPUT_CHARACTERS = 8192;
/** Of that, this many lines are shown. */
const SHOWN_LINES = 6;

/** An ordinary user's PATH often lacks the folders that mke2fs is in. */
const TOOLS = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Resolves when the tool succeeded. Rejects with a CorralError: cancelled, host_unfit, disk_full or impossible. */
export const runTool = async (run: ToolRun): Promise<void> => {
  cancelled(run.signal);
  const { code, output } = await bwrap(run);
  cancelled(run.signal);
  if (code === 0) return;
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    throw new CorralError("disk_full", "It was not made: the disk is full. Make room, then try again.");
  }
  const lines = output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
  const [program = ""] = run.argv;
  throw /^bwrap: execvp /m.test(output)
    ? new CorralError("host_unfit", `${program} is not installed. "npm run doctor" says which package has it.`)
    : /^bwrap: /m.test(output)
      ? new CorralError("host_unfit", `The tool's sandbox could not be made: ${lines}\n"npm run doctor" says why.`)
      : new CorralError("impossible", `${program.split("/").at(-1)} failed:\n${lines}`);
};

const bwrap = (run: ToolRun): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn("bwrap", [...isolation(run), "--", ...run.argv], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      // Here and not by --setenv: a proxy's address may have a password in it, and a command line is for all to see.
      env: { PATH: TOOLS, LC_ALL: "C.UTF-8", ...run.environment },
    });
    let output = "";
    const onData = (text: string): void => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARACTERS);
      run.onOutput(text);
    };
    child.stdout.setEncoding("utf8").on("data", onData);
    child.stderr.setEncoding("utf8").on("data", onData);
    // bwrap's inner process dies with it (--die-with-parent), and the whole pid namespace with that one.
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    };
    run.signal.addEventListener("abort", kill, { once: true });
    child.on("error", (error: NodeJS.ErrnoException) => {
      run.signal.removeEventListener("abort", kill);
      reject(
        error.code === "ENOENT"
          ? new CorralError("host_unfit", "bwrap is not installed: apt-get install bubblewrap")
          : error,
      );
    });
    // "close", not "exit": then every process that could still write to the work folder has let go of its output.
    child.on("close", (code) => {
      run.signal.removeEventListener("abort", kill);
      resolve({ code, output });
    });
  });

const isolation = ({ workFolder, readable = [] }: ToolRun): string[] => [
  ...["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"],
  ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session"],
  ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"],
  ...readable.flatMap((folder) => ["--ro-bind", folder, folder]),
  ...["--bind", workFolder, workFolder, "--chdir", workFolder],
];
