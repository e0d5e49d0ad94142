import { once } from "node:events";
import { closeSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { endGroup, openPty, runAt } from "./testing/ptyPair.ts";
import { Randomness } from "./testing/randomness.ts";
import { runTypeScript } from "./testing/runTypeScript.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { pause } from "./testing/until.ts";

const LINES = 60_000;
const KILLS = 8;
/** Prints line by line, as a guest does, and faster. */
const PRINTER = `stty raw; i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); printf 'line %s\\n' $i; done`;

describe("a server that is killed", () => {
  it("leaves a log that the next one goes on with: every line, once, in order", async () => {
    const folder = temporaryFolder();
    const random = new Randomness(7);
    const pty = openPty();
    // This process holds the master as the guest does: the pty outlives the servers.
    const printer = runAt(pty, "sh", "-c", PRINTER);
    try {
      for (let kills = 0; ; kills++) {
        const server = runTypeScript(["ignore", "pipe", "inherit", pty.master], "serveConsole.ts", folder);
        const exit = once(server, "exit");
        await Promise.race([once(server.stdout ?? server, "data"), exit]);
        if (kills < KILLS) {
          await Promise.race([pause(random.whole(60)), exit]);
          server.kill("SIGKILL");
        }
        const [code] = await exit;
        if (code === null) continue;
        expect(code).toBe(0);
        break;
      }
    } finally {
      endGroup(printer);
      closeSync(pty.master);
    }

    const log = ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
    const read = log.read(0, log.end);
    log.close();
    const lines = Buffer.from(read.ok ? read.bytes : [])
      .toString()
      .split("\n")
      .slice(0, -1);
    expect(lines).toEqual(Array.from({ length: LINES }, (_, index) => `line ${index + 1}`));
  });
});
