import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readdirSync } from "node:fs";
import koffi from "koffi";
import { native } from "node-pty";
import type { ConsoleSource } from "../consoleSource.ts";

declare module "node-pty" {
  /** Exported by node-pty, and left out of its types. */
  export const native: {
    open(cols: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
    resize(fd: number, cols: number, rows: number): void;
  };
}

/** A real pty: the master for the code under test, the slave for a program. */
export interface PtyPair {
  readonly master: number;
  readonly slave: number;
}

const F_SETFD = 2;
const FD_CLOEXEC = 1;
const fcntl = koffi.load(null).func("int fcntl(int fd, int command, ...)");

/** Neither end is inherited by programs by accident: one that holds the master keeps its own line from hanging up. */
export const openPty = (): PtyPair => {
  const { master, slave } = native.open(80, 24);
  for (const fd of [master, slave]) fcntl(fd, F_SETFD, "int", FD_CLOEXEC);
  return { master, slave };
};

/** Runs a program at the slave, which nobody else holds then. Its stderr is the slave too. */
export const runAt = (pty: PtyPair, command: string, ...args: string[]): ChildProcess => {
  const child = spawn(command, args, { stdio: [pty.slave, pty.slave, pty.slave], detached: true });
  closeSync(pty.slave);
  return child;
};

/** Ends a program of `runAt` with its children. */
export const endGroup = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
};

export const sourceOf = (master: number, onEnd?: (error: Error | null) => void): ConsoleSource => ({
  fd: master,
  resize: (cols, rows) => native.resize(master, cols, rows),
  ...(onEnd === undefined ? {} : { onEnd }),
});

/** Descriptors this process has open. */
export const openDescriptors = (): number => readdirSync("/proc/self/fd").length;
