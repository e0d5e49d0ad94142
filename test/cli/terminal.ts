import { spawn } from "node-pty";
import { until } from "../server/runningServer.ts";

/** A program on a terminal of its own, and a person before it. */
export class Terminal {
  readonly #pty: ReturnType<typeof spawn>;
  #shown = "";
  /** Resolves to the program's exit code. */
  readonly ended: Promise<number>;

  constructor(program: string, args: readonly string[], env: Record<string, string | undefined>) {
    this.#pty = spawn(program, [...args], { cols: 100, rows: 30, env });
    this.#pty.onData((text) => {
      this.#shown += text;
    });
    this.ended = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  /** Everything that was shown since the last `forget`. */
  get shown(): string {
    return this.#shown;
  }
  forget(): void {
    this.#shown = "";
  }
  type(text: string): void {
    this.#pty.write(text);
  }
  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
  }
  async see(pattern: RegExp): Promise<void> {
    await until(async () => pattern.test(this.#shown), `${pattern} on the terminal, which shows:\n${this.#shown}`);
  }
  /** Ends the program if it has not ended. */
  close(): void {
    this.#pty.kill("SIGKILL");
  }
}
