import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { until } from "../testing/fleet.ts";
import { withoutDescriptors } from "../testing/withoutDescriptors.ts";
import { argumentsOf, childrenOf, findByArgument, hasEnded, identify, isAlive, signal } from "./processes.ts";

const SIGKILL = 9;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

const start = async (script: string): Promise<{ child: ChildProcess; identity: ProcessIdentity; said: string }> => {
  const child = spawn("/usr/bin/perl", ["-e", `$| = 1; ${script}`], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, identity: identify(child.pid as number) as ProcessIdentity, said: said.toString() };
};

it("a process that cannot be looked at for want of descriptors is neither alive nor dead, and is not signalled", async () => {
  const { child, identity } = await start("print 'up'; sleep 60;");
  await withoutDescriptors(() => {
    expect(isAlive(identity)).toBe(false);
    expect(hasEnded(identity)).toBe(false);
    for (const look of [identify, childrenOf, argumentsOf]) expect(() => look(identity.pid)).toThrow(/EMFILE/);
    expect(() => findByArgument("up")).toThrow(/EMFILE/);
    expect(() => signal(identity, SIGKILL)).toThrow(/EMFILE/);
  });
  expect(isAlive(identity)).toBe(true);
  expect(signal(identity, SIGKILL)).toBe(true);
  await once(child, "exit");
  expect(hasEnded(identity)).toBe(true);
  expect(signal(identity, SIGKILL)).toBe(false);
});

it("a process whose pid is another's by now has ended", async () => {
  const { identity } = await start("print 'up'; sleep 60;");
  expect(hasEnded({ ...identity, startTime: "1" })).toBe(true);
  expect(signal({ ...identity, startTime: "1" }, SIGKILL)).toBe(false);
  expect(isAlive(identity)).toBe(true);
});

it("a zombie has ended, although nobody has buried it", async () => {
  const { said } = await start("my $child = fork(); if (!$child) { sleep 60; exit } print $child; sleep 60;");
  const zombie = identify(Number(said)) as ProcessIdentity;
  signal(zombie, SIGKILL);
  await until(
    () => hasEnded(zombie),
    () => "the end of a child whose parent does not wait for it",
  );
});
