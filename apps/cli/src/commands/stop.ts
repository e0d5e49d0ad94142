import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, type Guest, guestCan, listAll, SETTLE_SECONDS_DEFAULT } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { dataFolder } from "../dataFolder.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import { secondsOf, settle } from "../settle.ts";

/** Longer than a server allows itself, which may stop guests too. */
const SERVER_STOP_SECONDS = 60;
const POLL_MS = 100;

export const stop = defineCommand({
  name: "stop",
  arguments: [],
  options: {
    guests: { type: "boolean", meaning: "shut the guests down first; without it they go on running" },
    timeout: {
      type: "string",
      value: "<seconds>",
      meaning: `how long to wait for the guests; ${SETTLE_SECONDS_DEFAULT} if not given`,
    },
  },
  summary: "Stop the server of this user's data folder",
  run: async ({ options, connect, output, surroundings: { env } }) => {
    if (env.CORRAL_URL) {
      throw new CommandError(EXIT.usage, "A server can be stopped only on its own host: unset CORRAL_URL there.");
    }
    const seconds = secondsOf(options.timeout);
    const { client } = connect();
    // An answer shows that there is a server, so that the number in its lock file is not a dead one's.
    const running = (await listAll<Guest>((query) => client.listGuests({ query }))).filter(isOn);
    const pid = serverPid(dataFolder(env));

    if (options.guests) {
      for (const { definition } of running) output.note(`Shutting down ${definition.name}.`);
      await shutDownAll(client, running, seconds);
    }
    process.kill(pid, "SIGTERM");
    await gone(pid);
    const left = options.guests ? 0 : running.length;
    output.result({ stopped: pid, guestsRunning: left }, () =>
      left === 0
        ? "The server is stopped."
        : `The server is stopped. ${left} guests go on; the next start finds them again.`,
    );
    return undefined;
  },
});

const isOn = ({ state }: Guest): boolean => state !== "stopped" && state !== "crashed";

/** Throws a CommandError that names the guests which did not go off. The server is then left running. */
const shutDownAll = async (client: Client, guests: readonly Guest[], seconds: number): Promise<void> => {
  const outcomes = await Promise.allSettled(guests.map((guest) => shutDown(client, guest, seconds)));
  const left = guests
    .filter((_, index) => outcomes[index]?.status === "rejected")
    .map(({ definition }) => definition.name);
  if (left.length === 0) return;
  throw new CommandError(
    EXIT.failure,
    `These guests did not shut down: ${left.join(", ")}. The server still runs. Cut their power with corral force-off <guest>, then stop again.`,
  );
};

const shutDown = async (client: Client, guest: Guest, seconds: number): Promise<void> => {
  const params = { id: guest.id };
  if (guest.state === "paused") await client.guestAction({ params: { ...params, action: "resume" } });
  // A guest that is just being started knows no shutdown yet, and has nothing to lose.
  const action = guestCan("shutdown", guest).allowed || guest.state === "paused" ? "shutdown" : "force-off";
  if (guest.state !== "stopping") await client.guestAction({ params: { ...params, action } });
  await settle(client, action, guest, seconds);
};

const serverPid = (home: string): number => {
  const pid = Number(readFileSync(join(home, "lock"), "utf8").trim());
  if (Number.isInteger(pid) && pid > 1) return pid;
  throw new CommandError(EXIT.failure, `${join(home, "lock")} does not name the server's process. End it by hand.`);
};

const gone = async (pid: number): Promise<void> => {
  for (const deadline = Date.now() + SERVER_STOP_SECONDS * 1000; Date.now() < deadline; await sleep(POLL_MS)) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
  }
  throw new CommandError(
    EXIT.failure,
    `The server (process ${pid}) was asked to stop, but still runs after ${SERVER_STOP_SECONDS} s.`,
  );
};
