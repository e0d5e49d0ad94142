import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { PROMPT, TestFleet } from "../testing/fleet.ts";

/*
 * A guest as servers launched it before its sandbox had fixed paths: it has its uml_dir and Corral's sockets where they lie on
 * the host, and its record says nothing of what was not known then.
 */
const { HOME, ID } = vi.hoisted(() => {
  const home = `/tmp/corral-older-${process.pid}`;
  return { HOME: home, ID: "0123456789abcdef" };
});
vi.mock("../guest/guestFolder.ts", async (original) => {
  const run = `${HOME}/run/${ID.slice(0, 8)}`;
  return {
    ...(await original<typeof import("../guest/guestFolder.ts")>()),
    UML_DIR_INSIDE: `${run}/u`,
    SOCKETS_INSIDE: `${run}/s`,
    NOTIFY_SOCKET_INSIDE: `${run}/s/notify`,
  };
});

let fleet: TestFleet;
afterEach(() => fleet.end());

/** As the first version wrote it. */
const inFirstForm = (record: Record<string, unknown>): object => {
  const { home, umlDir, lines, interfaces, diskFiles, slots, terminals, statusLine, link, ...rest } = record;
  const consoles = (record.consoles as { name: string; fd: number; pty: number }[]).map(({ name, fd, pty }) => ({
    name,
    fd,
    pty,
  }));
  return { ...rest, consoles };
};

it("a guest that an older server launched is adopted, worked in, paused, shown and forced off", async () => {
  mkdirSync(HOME, { recursive: true, mode: 0o700 });
  fleet = await TestFleet.open(HOME);
  const spec = { ...(await fleet.spec("older1")), id: ID };
  fleet.supervisor.define(spec);
  const first = fleet.view(ID);
  await fleet.supervisor.act(ID, "start");
  await first.see(PROMPT);
  first.type("mine=kept\r");
  await fleet.state(ID, "running");
  const path = join(HOME, "guests", ID, "launch.json");
  await fleet.supervisor.close({ stopGuests: false });
  const record = JSON.parse(readFileSync(path, "utf8"));
  expect(record.argv).toContain(`uml_dir=${HOME}/run/${ID.slice(0, 8)}/u`);
  writeFileSync(path, JSON.stringify(inFirstForm(record)));

  expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
  expect(fleet.supervisor.status(ID)).toMatchObject({ state: "running", pid: record.process.kernel.pid, link: "off" });
  const console = fleet.view(ID);
  console.type("echo it is $mine\r");
  await console.see(/it is kept/);
  expect(await fleet.supervisor.mconsole(ID, "version")).toContain("Linux");
  await fleet.supervisor.act(ID, "pause");
  expect(fleet.supervisor.status(ID).state).toBe("paused");
  await fleet.supervisor.act(ID, "resume");
  console.type("echo goes-$((40+2))\r");
  await console.see(/goes-42/);

  await fleet.supervisor.act(ID, "force-off");
  await fleet.state(ID, "stopped");
  expect(fleet.supervisor.status(ID).ending).toMatchObject({ kind: "forced-off" });
  const again = fleet.view(ID);
  await fleet.supervisor.act(ID, "start");
  await again.see(PROMPT);
});
