import { closeSync, constants, openSync } from "node:fs";
import { CorralError } from "@corral/contracts";
import { pino } from "pino";
import { inWords } from "./hostFacts.ts";
import { surviveDefects } from "./lastResort.ts";
import { supervisorTools } from "./library/supervisorTools.ts";
import { BUILT_PAGE } from "./plugins/page.ts";
import { leftRunning, type Server, startServer } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";
import { askForDoor } from "./ssh/askForDoor.ts";
import { startFailureInWords } from "./startFailure.ts";

/*
 * The server's process. What it says to people goes to standard output: a line at the start, what is wrong with the
 * host if anything is, and a line at the end. Its log goes to standard error.
 */

/** Longer than stopping all guests by force may take. After it the process ends as it is: guests do not need it. */
const CLOSE_DEADLINE_MS = 45_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const end = (error: unknown): never => {
  const words = error instanceof CorralError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
  process.exit(1);
};

const run = async (settings: Settings): Promise<void> => {
  // SIGHUP has two meanings: the terminal was closed, or somebody wants what is on disk read again.
  const hadTerminal = hasTerminal();
  const log = pino({ level: settings.logLevel }, pino.destination({ fd: 2, sync: true }));
  surviveDefects(log, end);
  const tools = supervisorTools(settings.home);
  const server = await startServer({ settings, log, tools, pageFolder: BUILT_PAGE, askForDoor });
  // A terminal's Ctrl-C may come twice, from the terminal and from npm: the second must not cut the first short.
  let isClosing = false;
  const stop = (): void => {
    if (!isClosing) void close(server, settings.stopGuests);
    isClosing = true;
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {
    if (hadTerminal && !hasTerminal()) stop();
    else if (!isClosing) say(server.readAgain());
  });
  say(
    server.firstLink === null
      ? `Corral runs at ${server.address}`
      : `Corral runs. This link makes you its admin, once and within half an hour: ${server.firstLink}`,
  );
  const { isOpen, port, fingerprint } = server.app.services.sshEntry.state;
  if (isOpen) say(`The ssh door is port ${port}. Its host key is ${fingerprint}.`);
  if (server.adopted > 0) say(`It took over ${server.adopted} guests in ${server.adoptionMs.toFixed(1)} ms.`);
  for (const check of await server.app.services.host.checks()) if (check.status !== "ok") say(inWords(check));
};

/** Whether there is a terminal that this process belongs to. */
const hasTerminal = (): boolean => {
  try {
    closeSync(openSync("/dev/tty", constants.O_RDONLY | constants.O_NOCTTY));
    return true;
  } catch {
    return false;
  }
};

const close = async (server: Server, stopGuests: boolean): Promise<void> => {
  setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref();
  if (stopGuests) say("Shutting down the guests.");
  const { running } = await server.close({ stopGuests }).catch(end);
  say(`Corral is stopped. ${leftRunning(running)}`);
  process.exit(0);
};

// Files and sockets of guests and people are this user's alone.
process.umask(0o077);
// A terminal or a pipe that is gone must not take the server along.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  const settings = readSettings(process.env, process.argv.slice(2));
  await run(settings).catch((error: unknown) => end(startFailureInWords(error, settings.home)));
} catch (error) {
  end(error);
}
