import type { GuestLink } from "./guestLink.ts";
import { setTerminalSize } from "./machine.ts";

interface Size {
  readonly cols: number;
  readonly rows: number;
}

/**
 * Sizes of consoles whose channel carries none, set inside the guest: of each the newest, as soon as the guest's link
 * answers. A guest without a link keeps the size that it has.
 */
export class TerminalSizes {
  readonly #link: GuestLink | null;
  readonly #wanted = new Map<string, Size>();
  #isBusy = false;

  constructor(link: GuestLink | null) {
    this.#link = link;
  }

  /** `tty` is the guest's, such as tty1. */
  set(tty: string, size: Size): void {
    this.#wanted.set(tty, size);
    this.linkChanged();
  }

  linkChanged(): void {
    if (!this.#isBusy && this.#link?.state === "up") void this.#work(this.#link);
  }

  async #work(link: GuestLink): Promise<void> {
    this.#isBusy = true;
    for (const [tty, { cols, rows }] of this.#wanted) {
      this.#wanted.delete(tty);
      try {
        await setTerminalSize((request) => link.run({ ...request, lane: "questions" }), tty, cols, rows);
      } catch {
        // It is only a size: the next one is tried again.
      }
    }
    this.#isBusy = false;
  }
}
