import { closeSync } from "node:fs";
import { native } from "node-pty";
import { ptyNumber, setCloseOnExec, setWindowSize } from "./syscalls.ts";

declare module "node-pty" {
  /** Exported by node-pty, and left out of its types. */
  export const native: {
    open(cols: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
  };
}

/** The two ends of a pseudo terminal. Both are close-on-exec: a guest gets exactly those it is meant to have. */
export interface PtyPair {
  readonly master: number;
  readonly slave: number;
  /** The N of /dev/pts/N, by which an adopting server knows the master again. */
  readonly number: number;
}

/**
 * Opens a bare pair with node-pty's own `open`. The package's public `open()` would also read the slave and steal
 * keystrokes; the native one leaves close-on-exec off, so it is set here at once.
 */
export const openPty = (cols: number, rows: number): PtyPair => {
  const { master, slave } = native.open(cols, rows);
  setCloseOnExec(master);
  setCloseOnExec(slave);
  setWindowSize(master, cols, rows);
  return { master, slave, number: ptyNumber(master) };
};

export const closePty = (pair: PtyPair): void => {
  closeSync(pair.master);
  closeSync(pair.slave);
};
