import { once } from "node:events";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { endGroup, openPty, runAt } from "./testing/ptyPair.ts";
import { Randomness } from "./testing/randomness.ts";
import { RemoteViewer } from "./testing/remoteViewer.ts";
import { runTypeScript } from "./testing/runTypeScript.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { pause, until } from "./testing/until.ts";

/** Few enough that no viewer is ever so far behind that it is caught up by a snapshot. */
const LINES = 25_000;
const KILLS = 5;
const VIEWERS = 3;
const PRINTER = `stty raw; i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); printf 'line %s\\n' $i; done; sleep 60`;
const PRINTED = Array.from({ length: LINES }, (_, index) => `line ${index + 1}\n`).join("");

it("gives whoever loses the connection or the server at random the same bytes in the end", async () => {
  const folder = temporaryFolder();
  const path = join(temporaryFolder(), "socket");
  const random = new Randomness(17);
  const pty = openPty();
  // This process holds the master as the guest does: the pty outlives the servers.
  const printer = runAt(pty, "sh", "-c", PRINTER);
  const viewers = Array.from({ length: VIEWERS }, () => new RemoteViewer(path));
  try {
    for (let kills = 0; kills <= KILLS; kills++) {
      const server = runTypeScript(["ignore", "pipe", "inherit", pty.master], "serveViewers.ts", folder, path);
      const exit = once(server, "exit");
      await once(server.stdout ?? server, "data");
      for (let losses = random.whole(6); losses > 0; losses--) {
        await pause(random.whole(15));
        viewers[random.whole(VIEWERS)]?.lose();
      }
      // The last one is not killed before everybody has everything.
      if (kills === KILLS) await until(() => viewers.every(({ length }) => length >= PRINTED.length));
      else await pause(random.whole(20));
      server.kill("SIGKILL");
      await exit;
    }
  } finally {
    for (const viewer of viewers) viewer.end();
    endGroup(printer);
    closeSync(pty.master);
  }
  for (const viewer of viewers) {
    expect(viewer.surprises).toEqual([]);
    expect(viewer.bytes.equals(Buffer.from(PRINTED))).toBe(true);
    expect(viewer.connections).toBeGreaterThan(1);
  }
  const log = ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
  const read = log.read(0, log.end);
  log.close();
  expect(read.ok && Buffer.from(read.bytes).equals(Buffer.from(PRINTED))).toBe(true);
});
