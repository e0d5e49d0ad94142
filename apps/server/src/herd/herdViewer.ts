import { CorralError, type HerdFrame, herdClientFrame } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { GuestPicture, PictureMark, Supervisor } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import { maySee } from "../access.ts";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "../sockets/closeSocket.ts";

/** A glance needs no more frames than this; each costs the server a look at the screen. */
const FRAME_EVERY_MS = 1_000;
/** What came into view while a page is being scrolled is looked at together. */
const SHOW_AFTER_MS = 50;
/** With so much unsent a page is given nothing more until it has read. */
const UNSENT_MAXIMUM_BYTES = 1024 * 1024;
/** A guest that was shared or taken away is noticed within so many frames. */
const RECHECK_EVERY_FRAMES = 30;

const POLICY_VIOLATION = 1008;

interface HerdOptions {
  readonly supervisor: Supervisor;
  readonly store: Store;
  readonly caller: Caller;
  readonly log: FastifyBaseLogger;
}

/** One guest as this page has it. */
interface Shown {
  mark: PictureMark | null;
  /** Each line as it was sent: what is equal is not sent again. */
  lines: readonly string[];
  cursor: string;
  isDrawing: boolean;
}

/** Sends one page the screens of the guests that it has in view, as far as they have changed. Ends with the socket. */
export class HerdViewer {
  readonly #socket: WebSocket;
  readonly #options: HerdOptions;
  readonly #timer: NodeJS.Timeout;
  #showTimer: NodeJS.Timeout | null = null;
  #wanted: readonly string[] = [];
  #shown = new Map<string, Shown>();
  #frames = 0;

  constructor(socket: WebSocket, options: HerdOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#timer = setInterval(() => this.#frame(), FRAME_EVERY_MS).unref();
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.once("close", () => {
      clearInterval(this.#timer);
      clearTimeout(this.#showTimer ?? undefined);
      this.#shown.clear();
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const frame = isBinary ? undefined : herdClientFrame.safeParse(jsonOf(data));
    if (!frame?.success) {
      closeSocket(this.#socket, POLICY_VIOLATION, "The herd takes only: which guests are in view.");
      return;
    }
    this.#wanted = frame.data.guests;
    this.#showTimer ??= setTimeout(() => {
      this.#showTimer = null;
      this.#show();
      this.#frame();
    }, SHOW_AFTER_MS);
  }

  /** Those of the wanted ones that this caller may see. */
  #show(): void {
    const { store, caller } = this.#options;
    const visible = this.#wanted.filter((id) => {
      const guest = store.guests.find(id);
      return guest !== null && maySee(guest, caller);
    });
    const nothing = (): Shown => ({ mark: null, lines: [], cursor: "", isDrawing: false });
    this.#shown = new Map(visible.map((id) => [id, this.#shown.get(id) ?? nothing()]));
  }

  #frame(): void {
    this.#frames += 1;
    if (this.#frames % RECHECK_EVERY_FRAMES === 0) this.#show();
    if (this.#socket.bufferedAmount > UNSENT_MAXIMUM_BYTES) return;
    // Each for itself: a hostile screen that takes long to draw holds up only its own thumbnail.
    for (const [id, shown] of this.#shown) if (!shown.isDrawing) void this.#draw(id, shown);
  }

  async #draw(id: string, shown: Shown): Promise<void> {
    shown.isDrawing = true;
    try {
      const picture = await this.#options.supervisor.picture(id, shown.mark);
      if (picture !== null && this.#shown.get(id) === shown) this.#send(id, shown, picture);
    } catch (error) {
      // Deleted while it was in view: the page hears of that elsewhere.
      if (error instanceof CorralError && error.code === "not_found") this.#shown.delete(id);
      else this.#options.log.error({ err: error }, "a thumbnail could not be drawn");
    } finally {
      shown.isDrawing = false;
    }
  }

  #send(guest: string, shown: Shown, picture: GuestPicture): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const { console, offset, cols, rows } = picture;
    const before = shown.mark;
    const fresh = before === null || before.console !== console || before.cols !== cols || before.rows !== rows;
    const lines = picture.lines.map((runs) => JSON.stringify(runs));
    const cursor = JSON.stringify(picture.cursor);
    const changed = picture.lines.flatMap((runs, row): HerdFrame["lines"] => {
      const was = fresh ? "[]" : shown.lines[row];
      return lines[row] === was ? [] : [[row, runs.map((run) => [...run] as [string])]];
    });
    const isSame = !fresh && changed.length === 0 && cursor === shown.cursor;
    Object.assign(shown, { mark: { console, offset, cols, rows }, lines, cursor });
    if (isSame) return;
    const frame: HerdFrame = {
      type: "screen",
      guest,
      console,
      cols,
      rows,
      fresh,
      lines: changed,
      cursor: picture.cursor === null ? null : [...picture.cursor],
    };
    this.#socket.send(JSON.stringify(frame));
  }
}

const jsonOf = (data: Buffer): unknown => {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
};
