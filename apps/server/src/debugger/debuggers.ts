import { CorralError, type DebuggerState, type DebugRequest, debugTool, type EventType } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { DebugSession, Supervisor } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";

interface Use {
  readonly guest: GuestRecord;
  readonly caller: Caller;
}

interface Listener {
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onEnded: (reason: string) => void;
}

interface Options {
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  /** Whether this server was asked to allow it. */
  readonly enabled: boolean;
}

const SWITCHED_OFF =
  "Debuggers are switched off on this server. Whoever runs it can allow them to admins: CORRAL_DEBUGGER=1, then a restart.";

/** Debuggers on guests' kernels: whether they are allowed, and what is told of each. */
export class Debuggers {
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #enabled: boolean;

  constructor({ supervisor, events, enabled }: Options) {
    this.#supervisor = supervisor;
    this.#events = events;
    this.#enabled = enabled;
  }

  state(guest: GuestRecord): DebuggerState {
    return {
      enabled: this.#enabled,
      tools: debugTool.options.map((tool) => ({
        tool,
        unavailable: this.#supervisor.whyNoDebugger(guest.id, tool),
      })),
      debugger: this.#supervisor.status(guest.id).debugger,
    };
  }

  /** Attaches one, until the session that comes back is ended. Rejects with CorralError. */
  async attach({ guest, caller }: Use, request: DebugRequest, listener: Listener): Promise<DebugSession> {
    if (!this.#enabled) throw new CorralError("not_allowed", SWITCHED_OFF);
    const { tool } = request;
    const what = tool === "gdb" ? { tool } : { tool, target: request.target, syscalls: request.syscalls };
    const tell = (type: EventType, did: string, data: object): void => {
      this.#events.append({
        type,
        ...authorOf(caller),
        subject: guest.id,
        ownerId: guest.ownerId,
        message: `${caller.actor} ${did} the kernel of ${guest.definition.name}`,
        data: { ...what, ...data },
      });
    };
    const session = await this.#supervisor.debug(guest.id, {
      request,
      user: caller.user.name,
      listener: {
        onOutput: listener.onOutput,
        onEnded: (reason) => {
          tell("guest.debugger-detached", `has no ${tool} any more on`, { reason });
          listener.onEnded(reason);
        },
      },
    });
    tell("guest.debugger-attached", `attached ${tool} to`, {});
    return session;
  }

  /** Frees the guest of whoever's debugger it has. */
  async end({ guest, caller }: Use): Promise<void> {
    await this.#supervisor.endDebugger(guest.id, `${caller.user.name} detached it.`);
  }
}
