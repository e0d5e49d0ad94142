import { CorralError, endpoints, execCommand } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import { checkAccess } from "../access.ts";
import type { Caller } from "../people/caller.ts";
import type { Services } from "../services.ts";
import type { CommandChannel } from "./commandChannel.ts";
import type { StreamCommand } from "./sshCommandLine.ts";

interface SshExecOptions {
  readonly services: Services;
  /** Who it is, as of now. Throws CorralError. */
  readonly caller: () => Caller;
  readonly channel: CommandChannel;
}

/** A command in a guest whose input and output are those of an ssh channel. It ends with the channel. */
export class SshExec {
  readonly #options: SshExecOptions;
  readonly #kill = new AbortController();
  #guestId: string | null = null;

  constructor(options: SshExecOptions) {
    this.#options = options;
    options.channel.signal.addEventListener("abort", () => this.#kill.abort(), { once: true });
  }

  /** Null where the API is to refuse it: it says why, and writes it down. */
  readonly stream: StreamCommand = (guestName, words) => {
    const { services, caller, channel } = this.#options;
    const guest = this.#allowed(guestName);
    const command = execCommand.safeParse(words);
    if (guest === null || !command.success || services.supervisor.status(guest.id).link === "off") return null;
    this.#guestId = guest.id;
    return services.commands.stream(
      { guest, caller: caller() },
      {
        words: command.data,
        timeoutMs: null,
        input: channel.input(),
        onOutput: async (which, bytes) => {
          const written = which === "stdout" ? channel.write(bytes) : channel.writeError(bytes);
          // It is refused when nobody is there any more.
          await written.catch(() => {});
          return channel.signal.aborted ? "enough" : "more";
        },
        signal: this.#kill.signal,
      },
    );
  };

  /** Ends it when its person may run it no more. */
  recheck(): void {
    if (this.#guestId !== null && this.#allowed(this.#guestId) === null) this.#kill.abort();
  }

  #allowed(guestName: string): GuestRecord | null {
    const { services, caller } = this.#options;
    const { access, method } = endpoints.execInGuest;
    try {
      return checkAccess(access, method, caller(), () => services.store.guests.find(guestName));
    } catch (error) {
      if (error instanceof CorralError) return null;
      throw error;
    }
  }
}
