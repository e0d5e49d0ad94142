import { closeSync } from "node:fs";
import koffi from "koffi";

/*
 * What was written to the master of a pty and has not been read at its other end. Linux tells it there, so the other end
 * is opened for a moment: by its master (TIOCGPTPEER), and not by a name. The guest holds it open all the time.
 */

const TIOCGPTPEER = 0x5441;
const FIONREAD = 0x541b;
const TCFLSH = 0x540b;
const TCIFLUSH = 0;
const O_RDWR_NONBLOCK_NOCTTY_CLOEXEC = 0o2 | 0o4000 | 0o400 | 0o2000000;

const libc = koffi.load(null);
const ioctl = libc.func("int ioctl(int fd, unsigned long request, ...)");

/** null: it is not the master of a pty, or its other end cannot be had. */
export const unreadInput = (master: number): number | null =>
  atPeer(master, (peer) => {
    const count = new Int32Array(1);
    return ioctl(peer, FIONREAD, "_Out_ int *", count) < 0 ? null : (count[0] as number);
  });

export const dropUnreadInput = (master: number): void => {
  atPeer(master, (peer) => ioctl(peer, TCFLSH, "int", TCIFLUSH));
};

const atPeer = <Result>(master: number, work: (peer: number) => Result): Result | null => {
  const peer: number = ioctl(master, TIOCGPTPEER, "int", O_RDWR_NONBLOCK_NOCTTY_CLOEXEC);
  if (peer < 0) return null;
  try {
    return work(peer);
  } finally {
    closeSync(peer);
  }
};
