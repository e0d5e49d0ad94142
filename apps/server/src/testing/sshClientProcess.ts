import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type IPty, spawn as spawnOnPty } from "node-pty";
import { onTestFinished } from "vitest";

/** Waits of this length are only ever reached by a failure. */
const PATIENCE_MS = 40_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape
const COLOURS = /\u001b\[\d*m/g;

export interface SshResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A person with OpenSSH's own client, keys of their own, and a password that they type when asked. */
export class SshUser {
  readonly #folder: string;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    this.#folder = mkdtempSync(join(tmpdir(), "corral-ssh-"));
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Makes a key and returns its public line. */
  key(name: string, ...options: string[]): string {
    execFileSync("ssh-keygen", ["-q", "-N", "", "-C", name, "-f", this.file(name), ...options]);
    return readFileSync(this.file(`${name}.pub`), "utf8").trim();
  }

  /** Makes a certificate of a key, which ssh offers beside it. */
  sign(name: string, authority: string): void {
    this.key(authority, "-t", "ed25519");
    execFileSync("ssh-keygen", ["-q", "-s", this.file(authority), "-I", "x", "-n", "alice", this.file(`${name}.pub`)]);
  }

  /** Runs ssh with a command, or with what it is given to type where `input` is given. */
  async run(
    account: string,
    command: string[],
    { options = [], answers = [], input = "" }: { options?: string[]; answers?: string[]; input?: string } = {},
  ): Promise<SshResult> {
    const child = spawn("ssh", [...options, ...this.#options, `${account}@127.0.0.1`, ...command], {
      env: { ...process.env, ...this.#asking(answers) },
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    onTestFinished(() => void child.kill("SIGKILL"));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, err };
  }

  /** ssh on a terminal. */
  terminal(
    account: string,
    {
      options = [],
      answers = [],
      cols = 80,
      rows = 24,
      command = [],
    }: { options?: string[]; answers?: string[]; cols?: number; rows?: number; command?: string[] } = {},
  ): TerminalOfSsh {
    const pty = spawnOnPty("ssh", [...options, ...this.#options, `${account}@127.0.0.1`, ...command], {
      cols,
      rows,
      name: "xterm-256color",
      env: { ...process.env, ...this.#asking(answers) } as Record<string, string>,
    });
    return new TerminalOfSsh(pty);
  }

  get #options(): string[] {
    const settings = {
      UserKnownHostsFile: this.file("known_hosts"),
      GlobalKnownHostsFile: "/dev/null",
      StrictHostKeyChecking: "accept-new",
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      LogLevel: "ERROR",
      NumberOfPasswordPrompts: "1",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return ["-F", "/dev/null", "-p", String(this.#port), ...options];
  }

  /** Answers the client's questions one after the other. */
  #asking(answers: readonly string[]): Record<string, string> {
    const script = this.file("askpass");
    const list = this.file(`answers-${Math.random()}`);
    writeFileSync(list, answers.map((answer) => `${answer}\n`).join(""));
    writeFileSync(script, '#!/bin/sh\nhead -n 1 "$ANSWERS"; sed -i 1d "$ANSWERS"\n');
    chmodSync(script, 0o700);
    return { SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: "force", ANSWERS: list };
  }
}

/** What is on the terminal of an ssh client, as bytes that came. */
export class TerminalOfSsh {
  readonly #pty: IPty;
  text = "";
  code: number | null = null;

  constructor(pty: IPty) {
    this.#pty = pty;
    pty.onData((data) => {
      // Colours only stand in the way of whoever looks for words.
      this.text += data.replace(COLOURS, "");
    });
    pty.onExit(({ exitCode }) => {
      this.code = exitCode;
    });
    onTestFinished(() => pty.kill("SIGKILL"));
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
  }

  /** Waits until this has come since `from`, an index into the text. */
  async see(pattern: RegExp, from = 0): Promise<string> {
    await this.#until(() => pattern.test(this.text.slice(from)), `${pattern}`);
    return this.text.slice(from);
  }

  async ended(): Promise<number | null> {
    await this.#until(() => this.code !== null, "its end");
    return this.code;
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !condition(); await sleep(5)) {
      if (Date.now() > deadline)
        throw new Error(`waited in vain for ${what}; its end: ${JSON.stringify(this.text.slice(-1500))}`);
    }
  }
}
