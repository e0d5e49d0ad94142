import {
  ATTACH_DEADLINE_MS,
  CLOSE,
  type ClientFrame,
  CorralError,
  clientFrame,
  type GuestRight,
  type GuestState,
  INPUT_WINDOW_BYTES,
  type ServerFrame,
} from "@corral/contracts";
import type { Supervisor } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import type { WebSocket } from "ws";
import { includesRight } from "../access.ts";
import type { EventLog } from "../events/eventLog.ts";
import type { Caller } from "../people/caller.ts";
import { closeSocket } from "../sockets/closeSocket.ts";
import { isHeldUp } from "../sockets/keepAlive.ts";
import { InputReport } from "./inputReport.ts";
import { VisitEvents, type Visited } from "./visitEvents.ts";

type ViewerPort = Parameters<Supervisor["attach"]>[2];
type ViewerEvent = Parameters<ViewerPort["send"]>[0];
type Viewer = ReturnType<Supervisor["attach"]>;
type AttachFrame = Extract<ClientFrame, { type: "attach" }>;

/** WebSocket's own codes: for a viewer that never reads, and for a defect of ours. */
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 1011;

/** Where the console is: the supervisor, for its own guests. */
export interface Consoles extends Pick<Supervisor, "attach" | "onEvent"> {
  status(id: string): { readonly state: GuestState };
}

interface AttachOptions {
  readonly supervisor: Consoles;
  readonly events: EventLog;
  readonly guest: Visited;
  readonly consoleName: string;
  readonly caller: Caller;
  /** What this viewer may do with the guest: without the right to use it one only watches. */
  readonly right: GuestRight;
  readonly log: FastifyBaseLogger;
}

/** Joins an open WebSocket to a console, in the protocol of docs/console-protocol.md, until one of them ends. */
export const attachConsole = (socket: WebSocket, options: AttachOptions): void => {
  new Attachment(socket, options);
};

class Attachment {
  readonly #socket: WebSocket;
  readonly #options: AttachOptions;
  readonly #deadline: NodeJS.Timeout;
  readonly #visit: VisitEvents;
  readonly #input = new InputReport((frame) => this.#send(frame));
  #viewer: Viewer | null = null;
  #stopListening: () => void = () => {};

  constructor(socket: WebSocket, options: AttachOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#visit = new VisitEvents(options);
    this.#deadline = setTimeout(() => {
      closeSocket(socket, CLOSE.attachTimeout, `No attach frame came within ${ATTACH_DEADLINE_MS / 1000} s.`);
    }, ATTACH_DEADLINE_MS);
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#guarded(() => this.#receive(data, isBinary)));
    socket.once("close", () => this.#leave());
  }

  get #mayType(): boolean {
    return includesRight(this.#options.right, "use");
  }

  #receive(data: Buffer, isBinary: boolean): void {
    // What was still under way when the socket was closed from here.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (isBinary) {
      if (this.#viewer === null) throw badFrame("The first frame must be attach.");
      if (this.#mayType) this.#typed(this.#viewer, data);
      else this.#sayOnlyWatch();
      return;
    }
    const frame = parseFrame(data);
    if (frame.type === "attach") this.#attach(frame);
    else this.#control(frame);
  }

  #typed(viewer: Viewer, bytes: Buffer): void {
    this.#input.acknowledge(bytes.length);
    if (isHeldUp(this.#socket)) {
      this.#input.leaveOut(bytes);
      viewer.leaveOut(bytes.length);
    } else viewer.input(bytes);
  }

  #attach({ since, cols, rows, role }: AttachFrame): void {
    if (this.#viewer !== null) throw badFrame("This socket is attached already.");
    const { supervisor, guest, consoleName, caller } = this.#options;
    clearTimeout(this.#deadline);
    this.#viewer = supervisor.attach(guest.id, consoleName, this.#port(), {
      ...(since === undefined ? {} : { since }),
      cols,
      rows,
      role: this.#mayType ? role : "spy",
      user: caller.user.name,
      from: caller.from,
    });
    this.#stopListening = supervisor.onEvent((event) => {
      if (event.type !== "state" || event.id !== guest.id) return;
      this.#send({ type: "state", state: event.state, reason: event.reason });
    });
    this.#visit.attached(this.#viewer.role);
  }

  #control(frame: Exclude<ClientFrame, AttachFrame>): void {
    const viewer = this.#viewer;
    if (viewer === null) throw badFrame("The first frame must be attach.");
    switch (frame.type) {
      case "resize":
        viewer.resize(frame.cols, frame.rows);
        break;
      case "ack":
        viewer.ack(frame.offset);
        break;
      case "release":
        viewer.release();
        break;
      case "take":
        this.#take(viewer);
        break;
      case "longLines":
        viewer.allowLongLines(frame.allowed);
        break;
    }
  }

  /** Not to take control, which they are refused. */
  #sayOnlyWatch(): void {
    this.#send({ type: "warning", message: "You may watch this console, but not type into it." });
  }

  #take(viewer: Viewer): void {
    if (!this.#mayType) {
      this.#sayOnlyWatch();
      return;
    }
    const had = viewer.role;
    viewer.take();
    if (had !== "writer" && viewer.role === "writer") this.#visit.taken();
  }

  #port(): ViewerPort {
    const { supervisor, guest, right } = this.#options;
    return {
      send: (event: ViewerEvent) => {
        if (event.type === "hello") {
          const { state } = supervisor.status(guest.id);
          const own = { protocol: 1, state, right, inputWindow: INPUT_WINDOW_BYTES, acknowledges: true } as const;
          this.#send({ ...event, ...own, viewers: [...event.viewers] });
        } else if (event.type === "viewers") {
          this.#send({ ...event, viewers: [...event.viewers] });
        } else {
          this.#send(event);
        }
      },
      sendBytes: (bytes) => this.#socket.send(bytes, { binary: true }),
      bufferedBytes: () => this.#socket.bufferedAmount,
      // Who does not heed the window has to wait in the network.
      holdInput: (hold) => (hold ? this.#socket.pause() : this.#socket.resume()),
      close: (reason) => {
        if (reason === "too-slow") {
          closeSocket(this.#socket, TRY_AGAIN_LATER, "This viewer has stopped reading.");
        } else {
          closeSocket(this.#socket, CLOSE.guestDeleted, "This console is gone, or its guest was deleted.");
        }
      },
    };
  }

  #send(frame: ServerFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #leave(): void {
    clearTimeout(this.#deadline);
    this.#stopListening();
    if (this.#viewer === null) return;
    this.#viewer.detach();
    this.#guarded(() => this.#visit.left(this.#viewer?.typedBytes ?? 0));
  }

  /** Nothing that comes over this socket may end more than this socket. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      const { code, reason, isDefect } = closingOf(error);
      if (isDefect) this.#options.log.error({ err: error }, "a console's socket failed");
      closeSocket(this.#socket, code, reason);
    }
  }
}

const badFrame = (reason: string): CorralError => new CorralError("invalid_request", reason);

const parseFrame = (data: Buffer): ClientFrame => {
  let json: unknown;
  try {
    json = JSON.parse(data.toString());
  } catch {
    throw badFrame("A text frame must be JSON.");
  }
  const parsed = clientFrame.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badFrame(`${issue?.path.join(".") || "type"}: ${issue?.message ?? "is not known"}`);
};

const CLOSE_OF: Partial<Record<CorralError["code"], number>> = {
  invalid_request: CLOSE.badFrame,
  offset_beyond_end: CLOSE.badFrame,
  not_found: CLOSE.notFound,
  too_many_requests: CLOSE.tooManyViewers,
};

const closingOf = (error: unknown): { code: number; reason: string; isDefect: boolean } => {
  const known = error instanceof CorralError ? CLOSE_OF[error.code] : undefined;
  if (error instanceof Error && known !== undefined) return { code: known, reason: error.message, isDefect: false };
  // What a viewer is told wrongly, such as an acknowledgement of bytes that were never sent.
  if (error instanceof Error && error.name === "ConsoleError") {
    return { code: CLOSE.badFrame, reason: error.message, isDefect: false };
  }
  return { code: INTERNAL_ERROR, reason: "Something went wrong in the server.", isDefect: true };
};
