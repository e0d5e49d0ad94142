import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CorralError } from "@corral/contracts";
import type { GuestFolder } from "../guest/guestFolder.ts";
import type { LaunchRecord, ProcessIdentity } from "../guest/launchRecord.ts";
import { argumentsOf, findByArgument, hasEnded, identify, pidInside, signal } from "../sandbox/processes.ts";

const SIGKILL = 9;
/** A pid namespace is empty some ms after its first process was killed. */
const END_DEADLINE_MS = 5_000;
const END_POLL_MS = 10;

/** Which data folder this is, whatever it is called: a copy is another one. */
export const homeOf = ({ home }: GuestFolder): NonNullable<LaunchRecord["home"]> => {
  const { dev, ino } = statSync(home);
  return { dev, ino };
};

/** A word in the command line of every sandbox of this guest's: of this guest, in this data folder. */
export const guestMark = (folder: GuestFolder): string => {
  const { dev, ino } = homeOf(folder);
  return `${folder.id}.${dev}-${ino}`;
};

/**
 * Whether this data folder launched it. A copied one has the records of guests that are another server's. What older
 * servers launched is known by its run folder, which no two data folders share.
 */
export const isOwnLaunch = ({ home, argv }: LaunchRecord, folder: GuestFolder): boolean => {
  if (home === null) return argv.includes(folder.umlDir);
  const own = homeOf(folder);
  return home.dev === own.dev && home.ino === own.ino;
};

/**
 * Ends what is left of this guest's earlier launches: a kernel that was killed together with its server leaves bwrap and
 * helpers behind, which hold its disks' locks. To be called while none of its launches runs. Rejects with CorralError
 * host_unfit when something does not end, and with the system's error when it cannot be told what is left.
 */
export const endRemains = async (folder: GuestFolder): Promise<void> => {
  const remains = sandboxesOf(folder);
  // The first processes of pid namespaces take all others along; what is outside ends with them, unless it was stopped.
  for (const each of remains) if (pidInside(each.pid) === 1) end(each);
  const ending = remains.filter(end);
  for (const deadline = Date.now() + END_DEADLINE_MS; !ending.every(hasEnded); await sleep(END_POLL_MS)) {
    if (Date.now() < deadline) continue;
    const pids = ending.filter((each) => !hasEnded(each)).map(({ pid }) => pid);
    throw new CorralError(
      "host_unfit",
      `What is left of an earlier run of this guest does not end (process ${pids.join(", ")}): it hangs in the host's kernel, most likely in I/O. Wait for it, or restart the host.`,
    );
  }
};

/** Throws CorralError host_unfit where a guest runs whose launch record is gone, so that it cannot be adopted. */
export const refuseWhileItRuns = (folder: GuestFolder, name: string): void => {
  const pids = sandboxesOf(folder).map(({ pid }) => pid);
  if (pids.length === 0) return;
  throw new CorralError(
    "host_unfit",
    `${name} still runs (process ${pids.join(", ")}), and ${folder.launchRecord}, by which it would be adopted, is gone. Put ` +
      `that back; or shut it down from inside, or end it with kill -9 ${pids.join(" ")} as if its power were cut. Then start it.`,
  );
};

/** Whether anything of any launch of this guest is still there. Throws when that cannot be told. */
export const hasSandboxes = (folder: GuestFolder): boolean => sandboxesOf(folder).length > 0;

/** bwrap itself, outside and inside; what runs in the sandbox has other arguments. */
const sandboxesOf = (folder: GuestFolder): ProcessIdentity[] => {
  // Of older servers' sandboxes the folder that was mounted is the mark.
  const pids = new Set([guestMark(folder), folder.umlDir].flatMap(findByArgument));
  return [...pids]
    .filter((pid) => argumentsOf(pid).includes("bwrap"))
    .map(identify)
    .filter((process) => process !== null);
};

/** Whether it is being ended. A process may say of itself that it is a guest's sandbox; another user's is out of reach. */
const end = (process: ProcessIdentity): boolean => {
  try {
    return signal(process, SIGKILL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    return false;
  }
};
