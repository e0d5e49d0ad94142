import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ifWritable } from "../guest/diskFull.ts";
import type { GuestFolder } from "../guest/guestFolder.ts";
import { type LaunchRecord, writeLaunchRecord } from "../guest/launchRecord.ts";
import { argumentsOf, findByArgument, hasEnded, hostBootId, isAlive } from "../sandbox/processes.ts";
import { readSandboxStatus } from "../sandbox/sandboxStatus.ts";
import { socketInode } from "../socketPair.ts";
import { pidfdGetfd, pidfdOpen, ptyNumber, SystemCallError } from "../syscalls.ts";
import { completeRecord } from "./launch.ts";

/** A server that died right after spawn left a sandbox that has not said its pid yet: it does within milliseconds. */
const INTENT_GRACE_MS = 500;
/** How long it is tried again while the system does not let anything be looked at: what hinders it mostly passes. */
const UNTOLD_MS = 10_000;
const UNTOLD_POLL_MS = 100;

export type Found =
  /** Its kernel lives: the record is complete. */
  | { readonly found: "alive"; readonly record: LaunchRecord }
  /** It ran, and ended while no server looked. */
  | { readonly found: "ended"; readonly exitCode: number | null }
  /** The host was booted since. */
  | { readonly found: "host-rebooted" }
  /** The launch was written down, and nothing was started or got as far as a kernel. */
  | { readonly found: "never-started" };

/**
 * What became of a launch that an earlier server wrote down. Starts and kills nothing. Rejects when that cannot be told:
 * a guest that may run is not taken for one that has ended.
 */
export const resolveLaunch = async (record: LaunchRecord, folder: GuestFolder): Promise<Found> => {
  for (const deadline = Date.now() + UNTOLD_MS; ; await sleep(UNTOLD_POLL_MS)) {
    try {
      return await resolveNow(record, folder);
    } catch (error) {
      if (Date.now() < deadline) continue;
      throw new Error(
        `Whether guest ${folder.id} runs cannot be told: ${(error as Error).message}. Nothing was done to it. Mend that (most often a limit on open files) and start the server again.`,
        { cause: error },
      );
    }
  }
};

const resolveNow = async (record: LaunchRecord, folder: GuestFolder): Promise<Found> => {
  if (record.hostBootId !== hostBootId()) return { found: "host-rebooted" };
  const complete = record.process === null ? await finishIntent(record, folder) : record;
  if (complete?.process == null) {
    const { initPid, exitCode } = readSandboxStatus(folder.sandboxStatus);
    return initPid === null && exitCode === null ? { found: "never-started" } : { found: "ended", exitCode };
  }
  if (hasEnded(complete.process.kernel)) {
    return { found: "ended", exitCode: readSandboxStatus(folder.sandboxStatus).exitCode };
  }
  if (isAlive(complete.process.kernel)) return { found: "alive", record: complete };
  throw new Error(`process ${complete.process.kernel.pid} cannot be looked at`);
};

/** The server died between spawning the sandbox and learning its pids: they are in the status file, or soon will be. */
const finishIntent = async (record: LaunchRecord, folder: GuestFolder): Promise<LaunchRecord | null> => {
  const deadline = Date.now() + INTENT_GRACE_MS;
  while (readSandboxStatus(folder.sandboxStatus).initPid === null && findByArgument(record.launch).length > 0) {
    if (Date.now() > deadline) break;
    await sleep(10);
  }
  const { initPid } = readSandboxStatus(folder.sandboxStatus);
  if (initPid === null || !argumentsOf(initPid).includes(record.launch)) return null;
  const complete = await completeRecord(record, folder);
  if (complete !== null) ifWritable(() => writeLaunchRecord(folder.launchRecord, complete));
  return complete;
};

export type Recovered =
  | {
      readonly ok: true;
      readonly masters: ReadonlyMap<string, number> /** Of the guest link. */;
      readonly link: number | null;
    }
  | { readonly ok: false; readonly reason: string };

/**
 * Brings the consoles' pty masters back from the guest's own process (pidfd_getfd), and checks that each is the master
 * of the pty that was recorded: the guest's process could have put anything in their place.
 */
export const recoverMasters = (record: LaunchRecord): Recovered => {
  if (record.process === null) return { ok: false, reason: "the launch was never completed" };
  const masters = new Map<string, number>();
  let pidfd: number | null = null;
  try {
    pidfd = pidfdOpen(record.process.kernel.pid);
    if (!isAlive(record.process.kernel)) return { ok: false, reason: "its process has ended, or cannot be looked at" };
    for (const recorded of record.consoles) masters.set(recorded.name, recoverMaster(pidfd, recorded));
    return { ok: true, masters, link: recoverLink(pidfd, record) };
  } catch (error) {
    for (const master of masters.values()) closeSync(master);
    return { ok: false, reason: whyNot(error) };
  } finally {
    if (pidfd !== null) closeSync(pidfd);
  }
};

/** The master of one console that this server let go of; null where it cannot be brought back. */
export const recoverConsole = (record: LaunchRecord, name: string): number | null => {
  const recorded = record.consoles.find((console) => console.name === name);
  if (record.process === null || recorded === undefined) return null;
  let pidfd: number | null = null;
  try {
    pidfd = pidfdOpen(record.process.kernel.pid);
    return isAlive(record.process.kernel) ? recoverMaster(pidfd, recorded) : null;
  } catch {
    return null;
  } finally {
    if (pidfd !== null) closeSync(pidfd);
  }
};

/** Throws, and leaves nothing open, when it is not the master that was recorded. */
const recoverMaster = (pidfd: number, { fd, pty }: { readonly fd: number; readonly pty: number }): number => {
  const master = pidfdGetfd(pidfd, fd);
  try {
    const number = ptyNumber(master);
    if (number !== pty) throw new Error(`descriptor ${fd} is the master of pty ${number}, not ${pty}`);
    return master;
  } catch (error) {
    closeSync(master);
    throw error;
  }
};

/** A guest that has meddled with its link loses only that. */
const recoverLink = (pidfd: number, { link }: LaunchRecord): number | null => {
  if (link === null) return null;
  let ours: number | null = null;
  try {
    ours = pidfdGetfd(pidfd, link.fd);
    if (socketInode(ours) === link.inode) return ours;
  } catch {
    // Not there any more, or something else in its place.
  }
  if (ours !== null) closeSync(ours);
  return null;
};

const whyNot = (error: unknown): string =>
  error instanceof SystemCallError && error.code === "EPERM"
    ? "the host forbids it (pidfd_getfd: EPERM; Yama's ptrace_scope or a container's seccomp profile)"
    : error instanceof Error
      ? error.message
      : String(error);
