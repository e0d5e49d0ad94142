import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { identify, isAlive, signal } from "../sandbox/processes.ts";
import { owningUserNamespace, pidfdGetfd, pidfdOpen } from "../syscalls.ts";
import { LINE_KEEPER } from "./lineTools.ts";

/*
 * Processes that hold a line of a guest open while no server does (native/line-keeper.c). They end by themselves when
 * the guest's end of the line is closed.
 */

const SIGTERM = 15;
/** Where nsenter is found, whatever PATH the server was started with. */
const TOOLS_PATH = "/usr/bin:/bin";
/** In the keeper: its line. Not one of the first three, which Node makes blocking for whoever shares them. */
const LINE_FD = 3;

const keeperOf = (child: ChildProcess): ProcessIdentity => {
  const keeper = child.pid === undefined ? null : identify(child.pid);
  if (keeper === null) throw new Error("the process that keeps the line open could not be started");
  return keeper;
};

/** Holds a terminal. The descriptor stays the caller's. */
export const keepTerminal = (fd: number): ProcessIdentity => {
  const child = spawn(LINE_KEEPER, [], {
    stdio: ["ignore", "ignore", "ignore", fd],
    detached: true,
    cwd: "/",
    env: {},
  });
  child.on("error", () => {});
  child.unref();
  return keeperOf(child);
};

/**
 * Connects to a port inside the network namespace of a process, as soon as something listens there, and holds the
 * connection. Resolves when it is connected; rejects when nobody listens within a minute, or with the signal's reason.
 */
export const keepConnection = async (
  guest: ProcessIdentity,
  port: number,
  aborted: AbortSignal,
): Promise<ProcessIdentity> => {
  const namespaces = openNamespaces(guest);
  let child: ChildProcess;
  try {
    // The descriptors that follow stdin, stdout and stderr.
    const enter = ["--net=/proc/self/fd/3", ...(namespaces.length > 1 ? ["--user=/proc/self/fd/4"] : [])];
    child = spawn("nsenter", [...enter, "--preserve-credentials", "--", LINE_KEEPER, String(port)], {
      stdio: ["ignore", "pipe", "ignore", ...namespaces],
      detached: true,
      cwd: "/",
      env: { PATH: TOOLS_PATH },
    });
  } finally {
    for (const fd of namespaces) closeSync(fd);
  }
  try {
    await saysConnected(child, aborted);
    return keeperOf(child);
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    child.stdout?.destroy();
    child.unref();
  }
};

const saysConnected = (child: ChildProcess, aborted: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    aborted.throwIfAborted();
    aborted.addEventListener("abort", () => reject(aborted.reason), { once: true });
    child.once("error", reject);
    child.once("exit", () => reject(new Error("nobody listens on the port")));
    child.stdout?.once("data", () => resolve());
  });

/** Its network namespace, and the user namespace that owns it where that is not this process's own. */
const openNamespaces = (guest: ProcessIdentity): number[] => {
  const network = openSync(`/proc/${guest.pid}/ns/net`, "r");
  let user: number | null = null;
  try {
    if (!isAlive(guest)) throw new Error("the guest has ended, or cannot be looked at");
    if (fstatSync(network).ino === statSync("/proc/self/ns/net").ino)
      throw new Error("the guest has no network of its own");
    user = owningUserNamespace(network);
    if (fstatSync(user).ino !== statSync("/proc/self/ns/user").ino) return [network, user];
    closeSync(user);
    return [network];
  } catch (error) {
    closeSync(network);
    if (user !== null) closeSync(user);
    throw error;
  }
};

/** A copy of the line that a keeper holds. */
export const takeLine = (keeper: ProcessIdentity): number => {
  const pidfd = pidfdOpen(keeper.pid);
  try {
    if (!isAlive(keeper)) throw new Error("the connection was closed, or cannot be looked at");
    return pidfdGetfd(pidfd, LINE_FD);
  } finally {
    closeSync(pidfd);
  }
};

export const dismiss = (keeper: ProcessIdentity): void => {
  try {
    signal(keeper, SIGTERM);
  } catch {
    // It cannot be told whether it lives. Its line is being closed, and it ends with that.
  }
};
