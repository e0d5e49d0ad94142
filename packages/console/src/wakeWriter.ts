import { closeSync, constants } from "node:fs";
import koffi from "koffi";

/* ioctl numbers of Linux: asm-generic/ioctls.h. */
const TIOCGPTPEER = 0x5441;
const TCXONC = 0x540a;
const TCOOFF = 0;
const TCOON = 1;
const O_CLOEXEC = 0o2000000;

const ioctl = koffi.load(null).func("int ioctl(int fd, unsigned long request, int argument)");

/**
 * Tells whoever writes to the other end of this pty master that there is room, by SIGIO too.
 *
 * A writer that found the pty full may never hear that there is room again. Linux notes that it wants a SIGIO only after
 * its write has failed (n_tty_write in drivers/tty/n_tty.c), and if the pty is emptied just between the two, the SIGIO
 * is not sent. A UML guest then waits until something else wakes it, such as a key (docs/uml.md, "Consoles and
 * channels"). Stopping and starting the output of the slave makes the kernel say it once more.
 */
export const wakeWriter = (master: number): void => {
  const slave: number = ioctl(master, TIOCGPTPEER, constants.O_RDWR | constants.O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return;
  ioctl(slave, TCXONC, TCOOFF);
  ioctl(slave, TCXONC, TCOON);
  closeSync(slave);
};
