import { type Client, CorralError, EXIT, type Guest, sockets } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { ServerChannel, Session } from "ssh2";
import { checkAccess, rightOn } from "../access.ts";
import type { Caller } from "../people/caller.ts";
import type { Services } from "../services.ts";
import { CommandChannel } from "./commandChannel.ts";
import { FleetMenu } from "./menu/fleetMenu.ts";
import { runSshCommand } from "./sshCommandLine.ts";
import { SshConsole } from "./sshConsole.ts";
import { SshExec } from "./sshExec.ts";
import { SshTerminal, type WindowSize } from "./sshTerminal.ts";

/** The guest, and where they gave one the console, that stood behind the name: alice+web1, alice+web1+con1. */
export interface Destination {
  readonly guest: string;
  readonly console: string | null;
}

export interface SshSessionOptions {
  readonly services: Services;
  readonly client: Client;
  /** Who it is, as of now. Throws `not_logged_in` when they may not be here any more. */
  readonly caller: () => Caller;
  readonly destination: Destination | null;
  /** Bytes of the connection that have not gone out yet. */
  readonly unsentBytes: () => number;
  /** Whether what was just typed may have been under way for long. */
  readonly isHeldUp: () => boolean;
  /** Somebody did something: the connection is not idle. */
  readonly onActivity: () => void;
}

/** Signals that ask for an end, as ssh names them (RFC 4254, 6.9). */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(["HUP", "INT", "QUIT", "TERM", "KILL", "ABRT"]);
/** Exit code of a shell that found no program of that name. */
const NO_SUCH_PROGRAM = 127;

/** One session of an ssh connection: the menu, a console, or a command. */
export class SshSession {
  readonly #options: SshSessionOptions;
  #window: WindowSize | null = null;
  #terminal: SshTerminal | null = null;
  #console: SshConsole | null = null;
  #command: CommandChannel | null = null;
  readonly #execs = new Set<SshExec>();

  constructor(session: Session, options: SshSessionOptions) {
    this.#options = options;
    session.on("pty", (accept, _reject, { cols, rows }) => {
      this.#window = { cols, rows };
      accept?.();
    });
    session.on("window-change", (accept, _reject, { cols, rows }) => {
      this.#window = { cols, rows };
      this.#terminal?.resize({ cols, rows });
      accept?.();
    });
    session.on("signal", (accept, _reject, { name }) => {
      accept?.();
      this.#signal(name);
    });
    session.on("shell", (accept) => this.#shell(accept()));
    session.on("exec", (accept, _reject, { command }) => void this.#exec(accept(), command));
  }

  /** Ends a command that they may not run any more, and a console that its viewer may not see any more, or in which they may do more or less than when they came. */
  recheck(): void {
    for (const exec of this.#execs) exec.recheck();
    const console = this.#console;
    if (console === null) return;
    try {
      const right = rightOn(this.#guestNamed(console.guestId), this.#options.caller());
      if (right !== console.right) console.sendAway("What you may do with this guest has changed.");
    } catch (error) {
      console.sendAway(error instanceof CorralError ? error.message : "You may not see this console any more.");
    }
  }

  /** Ends it from this side, and says why. */
  end(words: string | null): void {
    this.#terminal?.end(EXIT.failure, words);
  }

  /**
   * The guest link knows SIGKILL alone (docs/guest-link.md), so every signal that asks a command to end ends it so. A menu
   * and a console obey keys, and only end.
   */
  #signal(name: string): void {
    if (!ENDING_SIGNALS.has(name)) return;
    this.#command?.interrupt();
    if (name !== "INT") this.#terminal?.end(EXIT.failure);
  }

  #shell(channel: ServerChannel): void {
    const { destination, unsentBytes, onActivity } = this.#options;
    channel.on("data", onActivity);
    if (this.#window === null) {
      end(
        channel,
        EXIT.usage,
        "corral: the menu and consoles need a terminal: ssh -t. Scripts say a command: ssh … help",
      );
      return;
    }
    const terminal = new SshTerminal(channel, this.#window, unsentBytes);
    this.#terminal = terminal;
    if (destination === null) this.#menu(terminal, {});
    else this.#visit(terminal, destination);
  }

  async #exec(channel: ServerChannel, line: string): Promise<void> {
    const { client, destination, services, caller, unsentBytes, onActivity } = this.#options;
    const whole = destination === null ? line : `exec ${destination.guest} -- ${line}`;
    const command = new CommandChannel(channel, { hasTerminal: this.#window !== null, unsentBytes, onActivity });
    if (destination !== null && destination.console !== null) {
      command.error(`corral: ${this.#whyNotOnConsole(destination.guest, destination.console)}\n`);
      command.end(EXIT.usage);
      return;
    }
    this.#command = command;
    const exec = new SshExec({ services, caller, channel: command });
    this.#execs.add(exec);
    try {
      const code = await runSshCommand(whole, client, command, exec.stream);
      if (code === NO_SUCH_PROGRAM && destination !== null) {
        command.error(
          `corral: ${destination.guest} has no such program (127). What follows …+${destination.guest}@host is run in the guest; commands of Corral's own need the host without +${destination.guest}.\n`,
        );
      }
      command.end(code);
    } finally {
      this.#execs.delete(exec);
    }
  }

  /** A console was named where a command is given. */
  #whyNotOnConsole(wanted: string, console: string): string {
    try {
      const guest = this.#guestNamed(wanted);
      const { consoles } = this.#options.services.supervisor.status(guest.id);
      const names = consoles.map(({ name }) => name).join(", ") || "none";
      if (!consoles.some(({ name }) => name === console)) {
        return `${wanted} has no console "${console}"; it has ${names}.`;
      }
      return `A command is run in the guest and not on its console: leave out +${console}.`;
    } catch (error) {
      return wordsOf(error);
    }
  }

  #menu(terminal: SshTerminal, start: { chosen?: string; message?: string }): void {
    const { services, client } = this.#options;
    const menu = new FleetMenu(
      {
        terminal,
        client,
        user: this.#options.caller().user.name,
        events: services.events,
        openConsole: (guest) => this.#openFromMenu(terminal, guest),
        quit: (words) => {
          terminal.end(words === null ? EXIT.ok : EXIT.notAllowed, words);
        },
      },
      start,
    );
    terminal.run(menu);
  }

  #openFromMenu(terminal: SshTerminal, { id, definition, consoles }: Guest): void {
    const name = consoles.find(({ attachable }) => attachable)?.name;
    const back = (message: string | null) => {
      if (!terminal.isClosed) this.#menu(terminal, { chosen: id, message: message ?? "" });
    };
    try {
      if (name === undefined) throw new CorralError("not_found", `${definition.name} has no console to attach to.`);
      this.#attach(terminal, id, name, back);
    } catch (error) {
      back(wordsOf(error));
    }
  }

  /** Straight to a console, and gone when it is left. */
  #visit(terminal: SshTerminal, { guest: wanted, console }: Destination): void {
    try {
      const guest = this.#guestNamed(wanted);
      const { consoles } = this.#options.services.supervisor.status(guest.id);
      const name = console ?? consoles.find(({ attachable }) => attachable)?.name;
      if (name === undefined) throw new CorralError("not_found", `${wanted} has no console that can be attached to.`);
      this.#attach(terminal, guest.id, name, (words) => {
        if (words !== null) terminal.write(`${words}\r\n`);
        terminal.end(words === null ? EXIT.ok : EXIT.failure);
      });
    } catch (error) {
      terminal.write(`corral: ${wordsOf(error)}\r\n`);
      terminal.end(EXIT.notFound);
    }
  }

  #attach(terminal: SshTerminal, id: string, consoleName: string, onLeft: (words: string | null) => void): void {
    const { supervisor, events } = this.#options.services;
    const caller = this.#options.caller();
    const guest = this.#guestNamed(id);
    const right = rightOn(guest, caller);
    const console = new SshConsole({
      terminal,
      supervisor,
      events,
      guest,
      consoleName,
      caller,
      right,
      isHeldUp: this.#options.isHeldUp,
      onLeft: (words) => {
        this.#console = null;
        onLeft(words);
      },
    });
    this.#console = console;
    terminal.run(console);
  }

  /** Throws `not_found` for a guest that this person may not see. */
  #guestNamed(idOrName: string): GuestRecord {
    const { store } = this.#options.services;
    const guest = checkAccess(sockets.attach.access, "GET", this.#options.caller(), () => store.guests.find(idOrName));
    if (guest === null) throw new CorralError("not_found", "There is no such guest.");
    return guest;
  }
}

const end = (channel: ServerChannel, exitCode: number, words: string): void => {
  channel.on("error", () => {});
  channel.stderr.write(`${words}\r\n`);
  channel.exit(exitCode);
  channel.end();
};

const wordsOf = (error: unknown): string =>
  error instanceof CorralError ? error.message : "Something went wrong in the server. Its log says more.";
