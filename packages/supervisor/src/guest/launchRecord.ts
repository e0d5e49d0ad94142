import { rmSync } from "node:fs";
import { CorralError, networkInterface, statusLine } from "@corral/contracts";
import { z } from "zod";
import { readOwnText } from "./ownText.ts";
import { writeWhole } from "./writeWhole.ts";

/*
 * What a server must know to take over a guest that another one launched. It is written before anything is started
 * (the intent: `process` is null) and again as soon as the processes are known.
 */

const processIdentity = z.object({
  pid: z.int(),
  /** Field 22 of /proc/<pid>/stat, in clock ticks since the host's boot: with boot id and pid it names one process. */
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

const askedOf = z.enum(["shutdown", "restart", "force-off", "force-restart"]);
export type AskedOf = z.infer<typeof askedOf>;

const diskSlot = z.object({
  ubd: z.int(),
  /** Of the file that the sandbox was given: its inode's number, in decimal. */
  inode: z.string(),
  /** The disk that it is at the moment, as mconsole was told, and how large its file may become; null: none. */
  plugged: z.object({ setting: z.string(), bytes: z.int() }).nullable(),
});
/** A file of the sandbox that can become a disk while the guest runs. */
export type DiskSlot = z.infer<typeof diskSlot>;

const diskFile = z.object({
  /** In the guest's folder of disks. */
  name: z.string(),
  /** How large it may become. */
  bytes: z.int(),
});
export type DiskFile = z.infer<typeof diskFile>;

const launchRecord = z.object({
  version: z.literal(1),
  /** Random; stands in the command line of the sandbox, by which an unfinished launch is found again. */
  launch: z.string(),
  /** The data folder that launched it, by device and inode: its copies did not. Left out by earlier versions. */
  home: z.object({ dev: z.number(), ino: z.number() }).nullable().default(null),
  bootNumber: z.int(),
  hostBootId: z.string(),
  startedAt: z.string(),
  argv: z.array(z.string()),
  /** Of the definition it was launched with, to tell whether it has changed since. */
  specDigest: z.string(),
  kernelVersion: z.string(),
  umid: z.string(),
  /** Where its kernel has its uml_dir, in its sandbox. null in a record of an older server: where it lies on the host. */
  umlDir: z.string().nullable().default(null),
  /** Length of the kernel log when this boot began. */
  kernelLogStart: z.int(),
  consoles: z.array(
    z.object({
      name: z.string(),
      /** Descriptor of the pty's master in the guest's process. */
      fd: z.int(),
      /** N of /dev/pts/N: what is brought back must be the master of this pty, since the guest is not trusted. */
      pty: z.int(),
      /** Descriptor of its slave there. Left out by earlier versions. */
      slave: z.int().optional(),
    }),
  ),
  /** The server's end of the guest link, likewise; null where there is none, as in a record of an older server. */
  link: z
    .object({ fd: z.int(), inode: z.int(), heard: z.boolean().default(false).describe("Its program has answered") })
    .nullable()
    .catch(null)
    .default(null),
  /** What every console is connected to in this run. Left out by earlier versions. */
  lines: z
    .array(
      z.object({
        name: z.string(),
        channel: z.string(),
        output: z.string().optional(),
        /** Processes that hold the line open while no server does. */
        keepers: z.array(processIdentity),
      }),
    )
    .default([]),
  /** Which network interfaces it has now: its kernel cannot be asked. Left out by earlier versions. */
  interfaces: z.array(networkInterface).default([]),
  /** Files of its own disks. None in a record of an older server. */
  diskFiles: z.array(diskFile).default([]),
  /** None in a record of an older server, whose guests have a writable folder instead, which is not used any more. */
  slots: z.array(diskSlot).default([]),
  /** The sandbox's first process, and the kernel, its child. */
  process: z.object({ init: processIdentity, kernel: processIdentity }).nullable(),
  /** Device number of the sandbox's own /dev/pts, known with its processes. Left out by earlier versions. */
  terminals: z.int().nullable().default(null),
  /** What was asked for last, which says what its end means. */
  asked: askedOf.nullable(),
  /** Written before the guest is paused and after it goes on. */
  paused: z.boolean(),
  /** Userland was seen to start. */
  booted: z.boolean(),
  /** What this run last said of itself. Records of older servers have none. */
  statusLine: statusLine.nullable().default(null),
});
export type LaunchRecord = z.infer<typeof launchRecord>;
export type RunLine = LaunchRecord["lines"][number];

/** What every console is connected to in this run: an earlier version knew of none but those on ptys. */
export const linesOf = ({ lines, consoles }: LaunchRecord): readonly RunLine[] =>
  lines.length > 0 ? lines : consoles.map(({ name }) => ({ name, channel: "fd", keepers: [] }));

/** The record of the launch that is not known to have ended, or null. A record that cannot be read is an error. */
export const readLaunchRecord = (path: string): LaunchRecord | null => {
  const text = readOwnText(path);
  // Empty is what some file systems make of a file that was being written when the host lost its power.
  if (text === null || text === "") return null;
  const parsed = launchRecord.safeParse(asJson(path, text));
  if (!parsed.success) {
    throw new CorralError(
      "host_unfit",
      `${path} is not a launch record that this version of Corral understands. The guest may still run: start the version that wrote it, shut the guest down there, and update then.`,
    );
  }
  return parsed.data;
};

const asJson = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new CorralError(
      "host_unfit",
      `${path} is damaged: it says which processes a running guest consists of. Put its backup in its place. If the host ` +
        "was started anew since, the guest is off: move the file away then, and start the guest.",
    );
  }
};

/** It has to outlast this server, not the host: no process of the guest does. */
export const writeLaunchRecord = (path: string, record: LaunchRecord): void => {
  writeWhole(path, JSON.stringify(record, null, 1), { durable: false });
};

export const removeLaunchRecord = (path: string): void => rmSync(path, { force: true });
