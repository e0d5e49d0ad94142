import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sshDoorDecision } from "@corral/contracts";
import { openStore } from "@corral/store";
import { spawn } from "node-pty";
import { expect, onTestFinished, test } from "vitest";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** Only ever reached by a failure. */
const PATIENCE_MS = 40_000;

/** The server as somebody starts it at a terminal. */
class AtTerminal {
  readonly #pty;
  #text = "";
  #code: number | null = null;

  constructor(home: string) {
    this.#pty = spawn(process.execPath, ["--import", "tsx", "--conditions=source", MAIN], {
      env: { ...process.env, CORRAL_HOME: home, CORRAL_PORT: "0", CORRAL_SSH_PORT: "0", CORRAL_SSH: "" },
    });
    this.#pty.onData((data) => {
      this.#text += data;
    });
    this.#pty.onExit(({ exitCode }) => {
      this.#code = exitCode;
    });
    onTestFinished(() => this.#pty.kill("SIGKILL"));
  }

  /** Waits for such text. All of it. */
  async says(pattern: RegExp): Promise<string> {
    for (const deadline = Date.now() + PATIENCE_MS; !pattern.test(this.#text); await sleep(10)) {
      if (this.#code !== null || Date.now() > deadline) throw new Error(`waited in vain for ${pattern}: ${this.#text}`);
    }
    return this.#text;
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  async end(): Promise<void> {
    this.type("\u0003");
    await this.says(/Corral is stopped/);
    while (this.#code === null) await sleep(10);
  }
}

const RUNS = /makes you its admin/;
const QUESTION = /\[y\/N\] $/;

test("a first start at a terminal asks about the ssh door, and the data folder keeps the answer", async () => {
  const home = mkdtempSync(join(tmpdir(), "corral-ask-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));

  // Ctrl-C is no answer.
  const gone = new AtTerminal(home);
  await gone.says(QUESTION);
  gone.type("\u0003");
  await expect(gone.says(RUNS)).rejects.toThrow("Shall people reach their guests by ssh too");

  const asked = new AtTerminal(home);
  await asked.says(QUESTION);
  asked.type("y\r");
  expect(await asked.says(/The ssh door is port \d+/)).toMatch(RUNS);
  await asked.end();

  const later = new AtTerminal(home);
  expect(await later.says(/The ssh door is port \d+/)).not.toContain("y/N");
  await later.end();
});

test("no answer but yes opens it", async () => {
  const home = mkdtempSync(join(tmpdir(), "corral-ask-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const asked = new AtTerminal(home);
  await asked.says(QUESTION);
  asked.type("\r");
  expect(await asked.says(RUNS)).not.toContain("The ssh door");
  await asked.end();
  const store = openStore(home);
  onTestFinished(() => store.close());
  expect(store.settings.get("ssh.door", sshDoorDecision)).toEqual({ isOpen: false, port: null });
});
