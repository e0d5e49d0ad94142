import type { Terminal } from "@xterm/xterm";
import { isTerminalReport } from "../console/terminalReport.ts";

type TypedInto = Pick<Terminal, "onData" | "input">;

/** Reports of the mouse and of the focus. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these begin with an escape
const OF_ONE_TERMINAL = /^\u001b\[([IO]$|M|<)/;

/** What a person types into one terminal of the set is typed into all of them. */
export class Broadcast {
  readonly #terminals = new Set<TypedInto>();
  /** What the terminals say now is what was just typed into them from here. */
  #copying = false;

  /** Puts a terminal into the set; the answer takes it out again. */
  join(terminal: TypedInto): () => void {
    this.#terminals.add(terminal);
    const typing = terminal.onData((data) => {
      if (this.#copying || isTerminalReport(data) || OF_ONE_TERMINAL.test(data)) return;
      this.#copying = true;
      for (const other of this.#terminals) if (other !== terminal) other.input(data);
      this.#copying = false;
    });
    return () => {
      typing.dispose();
      this.#terminals.delete(terminal);
    };
  }
}
