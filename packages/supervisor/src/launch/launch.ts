import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CorralError, isKept } from "@corral/contracts";
import { kernelCommandLine } from "@corral/uml";
import { descriptorLimit, freeDescriptors } from "../descriptors.ts";
import { prepareDisks } from "../guest/disks.ts";
import { type GuestFolder, NOTIFY_SOCKET_INSIDE, SOCKETS_INSIDE, UML_DIR_INSIDE } from "../guest/guestFolder.ts";
import type { GuestSpec } from "../guest/guestSpec.ts";
import { WATCHDOG_HELPER, watchdogMounts } from "../guest/hangWatchdog.ts";
import { hotPlugMounts, preparePlugs } from "../guest/hotPlug.ts";
import { type KernelLog, kernelLogRoom } from "../guest/kernelLog.ts";
import { type LaunchRecord, writeLaunchRecord } from "../guest/launchRecord.ts";
import { specDigest } from "../guest/specDigest.ts";
import { guestDevice } from "../lines/guestDevice.ts";
import { terminalsOf } from "../lines/guestPts.ts";
import { openHostTerminals } from "../lines/hostTerminal.ts";
import { needsPty } from "../lines/lineEnds.ts";
import { PORT_TERMINAL, PORT_TERMINAL_PLACES } from "../lines/lineTools.ts";
import { umlChannels } from "../lines/umlChannels.ts";
import { closePty, openPty, type PtyPair } from "../pty.ts";
import type { DelegatedCgroup } from "../sandbox/cgroup.ts";
import { sandboxLibraries } from "../sandbox/kernelLibraries.ts";
import { childrenOf, hostBootId, identify } from "../sandbox/processes.ts";
import { type Mount, memoryFileBytes, SETPRIV, sandboxCommand } from "../sandbox/sandbox.ts";
import { readSandboxStatus } from "../sandbox/sandboxStatus.ts";
import { systemCallFilter } from "../sandbox/systemCallFilter.ts";
import { closeSocketPair, openSocketPair, type SocketPair } from "../socketPair.ts";
import { explainCommandLine } from "./explainCommandLine.ts";
import { guestMark, homeOf } from "./remains.ts";
import { shareMounts } from "./shares.ts";

/** Serial line of the guest link, kept from everybody as that of the kernel log is. */
const LINK_LINE = 62;
/** Serial line of the kernel log; the contracts keep it from being anyone's console. */
const KERNEL_LOG_LINE = 63;
const LINK_DEVICE = `ssl${LINK_LINE}`;
/** bwrap makes its namespaces in some 5 ms; on a host that swaps it may take long, but not this long. */
const SANDBOX_DEADLINE_MS = 10_000;
const SANDBOX_POLL_MS = 2;
/** Programs of the chain are found here and nowhere else, whatever PATH the server was started with. */
const CHAIN_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** Where an image finds the modules of its kernel, as a share like the others; no share of a person's has such a name. */
const MODULES_SHARE = ".modules";

/** Descriptors of the guest's process, in the order in which spawn hands them over. */
const STATUS_FD = 3;
const KERNEL_LOG_FD = 4;
const FIRST_CONSOLE_FD = 5;

export interface Launched {
  readonly record: LaunchRecord;
  readonly child: ChildProcess;
  /** Masters of the consoles' ptys, by console name. Whoever takes this owns them. */
  readonly masters: ReadonlyMap<string, number>;
  /** The server's end of the guest link, where the guest has one. Whoever takes this owns it. */
  readonly link: number | null;
}

export interface LaunchOptions {
  readonly spec: GuestSpec;
  readonly folder: GuestFolder;
  readonly kernelLog: KernelLog;
  readonly bootNumber: number;
  readonly uid: number | null;
  /** Processors of the host that it may run on. */
  readonly cpus: readonly number[];
  readonly cgroup: DelegatedCgroup | null;
  readonly sizeOf: (console: string) => { readonly cols: number; readonly rows: number };
}

/**
 * Starts a guest: intent, ptys, sandbox, kernel. It returns as soon as the process is started; `completeRecord` waits
 * for the rest. Rejects with CorralError when it cannot be started, and has then left nothing behind.
 */
export const launch = async (options: LaunchOptions): Promise<Launched> => {
  const { spec, folder, kernelLog, bootNumber, uid } = options;
  const { definition } = spec;
  refuseWithoutDescriptors(definition);
  const disks = await prepareDisks(spec, folder, uid);
  const shares = await shareMounts(spec, uid);
  const libraries = await librariesFor(spec, uid);
  await folder.clearUmlDir(uid);
  const slots = await preparePlugs(folder, uid);

  const ptys = new Map<string, PtyPair>();
  const descriptors: number[] = [];
  let link: SocketPair | null = null;
  try {
    for (const console of definition.consoles) {
      const { cols, rows } = options.sizeOf(console.name);
      if (needsPty(console)) ptys.set(console.name, openPty(cols, rows));
    }
    if (definition.guestLink) link = openSocketPair();
    const hostTerminals = openHostTerminals(definition.consoles);
    descriptors.push(...hostTerminals.values());
    const status = openSync(folder.sandboxStatus, "w", 0o600);
    descriptors.push(status);
    writeFileSync(folder.systemCallFilter, systemCallFilter(), { mode: 0o600 });
    const filter = openSync(folder.systemCallFilter, "r");
    descriptors.push(filter);
    const layout = descriptorLayout(ptys, hostTerminals, link);
    const launchId = randomBytes(12).toString("hex");
    const umid = definition.umid ?? `g-${spec.id}`;
    const [program, argv] = sandboxCommand({
      launch: launchId,
      mark: guestMark(folder),
      kernel: spec.kernel.path,
      libraries,
      mounts: [
        ...disks.mounts,
        ...hotPlugMounts(folder),
        ...watchdogMounts(),
        { source: folder.umlDir, target: UML_DIR_INSIDE, writable: true },
        { source: folder.sockets, target: SOCKETS_INSIDE, writable: false },
        ...shares,
        ...(spec.kernel.modules === null
          ? []
          : [{ source: spec.kernel.modules, target: `/shares/${MODULES_SHARE}`, writable: false }]),
        ...PORT_TERMINAL_PLACES.map((target) => ({ source: PORT_TERMINAL, target, writable: false })),
      ],
      workingDirectory: SOCKETS_INSIDE,
      fileBytesMaximum: Math.max(
        disks.bytesMaximum,
        memoryFileBytes(definition.memoryMiB),
        kernelLogRoom(kernelLog.end),
      ),
      memoryMiB: definition.memoryMiB,
      cpus: options.cpus,
      niceness: definition.niceness,
      uid,
      cgroup: options.cgroup?.make(spec.id, definition) ?? null,
      statusFd: STATUS_FD,
      filterFd: FIRST_CONSOLE_FD + layout.inherited.length,
      kernelArguments: kernelCommandLine({
        memoryMiB: definition.memoryMiB,
        umid,
        umlDir: UML_DIR_INSIDE,
        disks: disks.arguments,
        root: spec.disks.length === 0 ? null : definition.rootDevice,
        rootMode: "rw",
        init: definition.init,
        consoles: [
          ...definition.consoles.map((console) =>
            umlChannels(console, { slave: layout.slaves.get(console.name), hostTerminals: layout.hostTerminals }),
          ),
          ...(layout.link === null ? [] : [{ device: LINK_DEVICE, input: `fd:${layout.link.guests}` }]),
          { device: `ssl${KERNEL_LOG_LINE}`, input: "null", output: `fd:${KERNEL_LOG_FD}` },
        ],
        interfaces: definition.interfaces,
        kernelConsoles: [`ttyS${KERNEL_LOG_LINE}`, mainConsole(definition.consoles)],
        notifyPath: NOTIFY_SOCKET_INSIDE,
        hostfsRoot: "/shares",
        extraArguments: [...guestWords(spec), ...definition.kernelArguments],
      }),
    });
    const record: LaunchRecord = {
      version: 1,
      launch: launchId,
      home: homeOf(folder),
      bootNumber,
      hostBootId: hostBootId(),
      startedAt: new Date().toISOString(),
      argv: [program, ...argv],
      specDigest: specDigest(spec),
      kernelVersion: spec.kernel.version,
      umid,
      umlDir: UML_DIR_INSIDE,
      kernelLogStart: kernelLog.end,
      consoles: [...ptys].map(([name, pair]) => ({
        name,
        fd: layout.masters.get(name) as number,
        pty: pair.number,
        slave: layout.slaves.get(name) as number,
      })),
      link: link === null || layout.link === null ? null : { fd: layout.link.ours, inode: link.inode, heard: false },
      lines: definition.consoles.map((console) => ({ ...console, keepers: [] })),
      interfaces: definition.interfaces,
      diskFiles: [...disks.files],
      slots,
      process: null,
      terminals: null,
      asked: null,
      paused: false,
      booted: false,
      statusLine: null,
    };
    writeLaunchRecord(folder.launchRecord, record);

    const nothing = openSync("/dev/null", "r");
    descriptors.push(nothing);
    const con0 = ptys.get("con0");
    const log = kernelLog.hold();
    const stdio = con0 === undefined ? [nothing, log, log] : [con0.slave, con0.slave, con0.slave];
    const child = spawn(program, argv, {
      // bwrap reads the filter and closes it, as it does with its status: the guest has neither.
      stdio: [...stdio, status, log, ...layout.inherited, filter],
      detached: true,
      cwd: "/",
      env: { PATH: CHAIN_PATH },
    });
    child.unref();
    await started(child, program);
    for (const pair of ptys.values()) closeSync(pair.slave);
    if (link !== null) closeSync(link.guests);
    const masters = new Map([...ptys].map(([name, pair]) => [name, pair.master]));
    return { record, child, masters, link: link?.ours ?? null };
  } catch (error) {
    for (const pair of ptys.values()) closePty(pair);
    if (link !== null) closeSocketPair(link);
    throw explainCommandLine(error, definition);
  } finally {
    for (const fd of descriptors) closeSync(fd);
  }
};

/**
 * Waits until the sandbox has said who its processes are, and completes the record. null when the sandbox ended
 * before it had a kernel. Never rejects: while nothing can be told (EMFILE), it waits.
 */
export const completeRecord = async (record: LaunchRecord, folder: GuestFolder): Promise<LaunchRecord | null> => {
  let deadline = Date.now() + SANDBOX_DEADLINE_MS;
  while (Date.now() < deadline) {
    try {
      const status = readSandboxStatus(folder.sandboxStatus);
      if (status.exitCode !== null) return null;
      const process = status.initPid === null ? null : processesBelow(status.initPid);
      if (process !== null) return { ...record, process, terminals: terminalsOf(process.init) };
    } catch {
      deadline = Date.now() + SANDBOX_DEADLINE_MS;
    }
    await sleep(SANDBOX_POLL_MS);
  }
  return null;
};

/** The sandbox's first process and the kernel, its child; null while they are not both there. */
const processesBelow = (initPid: number): LaunchRecord["process"] => {
  const init = identify(initPid);
  const kernel = init === null ? undefined : childrenOf(init.pid)[0];
  const kernelIdentity = kernel === undefined ? null : identify(kernel);
  return init === null || kernelIdentity === null ? null : { init, kernel: kernelIdentity };
};

/** A pty has two ends; the rest are pipes, sockets and files of the launch itself, with some to spare. */
const DESCRIPTORS_OF_A_CONSOLE = 4;
const DESCRIPTORS_OF_A_LAUNCH = 24;

/** Throws `host_unfit`: half way through it could not even be said what is missing. */
const refuseWithoutDescriptors = ({ name, consoles }: GuestSpec["definition"]): void => {
  const limit = descriptorLimit();
  const needed = DESCRIPTORS_OF_A_LAUNCH + DESCRIPTORS_OF_A_CONSOLE * consoles.length;
  if (freeDescriptors(limit) >= needed) return;
  throw new CorralError(
    "host_unfit",
    `${name} was not started: of the ${limit} files that the server may have open, fewer than the ${needed} are free that it ` +
      "needs. Shut other guests down, or start the server with a higher limit: LimitNOFILE= in its systemd unit, or ulimit -n.",
  );
};

const started = (child: ChildProcess, program: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      reject(
        new CorralError(
          "host_unfit",
          `The guest was not started: ${program} could not be run (${error.message}). "npm run doctor" says what the host lacks.`,
        ),
      );
    });
  });

const librariesFor = async (spec: GuestSpec, uid: number | null): Promise<readonly Mount[]> => {
  const programs = [
    // A static kernel alone would need none.
    ...(uid === null ? [] : [SETPRIV]),
    ...(existsSync(WATCHDOG_HELPER) ? [WATCHDOG_HELPER] : []),
  ];
  try {
    return await sandboxLibraries(spec.kernel.path, programs);
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!gone && !(error instanceof CorralError)) throw error;
    const why = gone ? `its kernel ${spec.kernel.path} is gone. Put it back.` : (error as Error).message;
    throw new CorralError(
      "host_unfit",
      `${spec.definition.name} was not started: ${why} Or give the guest another kernel.`,
      [{ field: "kernel", message: why }],
    );
  }
};

/** con0 is stdin, stdout and stderr, so that even what the kernel says before it has consoles is on its console. */
const descriptorLayout = (
  ptys: ReadonlyMap<string, PtyPair>,
  opened: ReadonlyMap<string, number>,
  link: SocketPair | null,
) => {
  const slaves = new Map<string, number>();
  const masters = new Map<string, number>();
  const inherited: number[] = [];
  const hand = (fd: number): number => FIRST_CONSOLE_FD + inherited.push(fd) - 1;
  for (const [name, pair] of ptys) {
    slaves.set(name, name === "con0" ? 0 : hand(pair.slave));
    masters.set(name, hand(pair.master));
  }
  const hostTerminals = new Map([...opened].map(([key, fd]) => [key, hand(fd)]));
  // Both ends, so that the link stays when the server goes.
  const linkFds = link === null ? null : { guests: hand(link.guests), ours: hand(link.ours) };
  return { slaves, masters, hostTerminals, link: linkFds, inherited };
};

/** Where /dev/console is: the first console that Corral keeps, one that it has from the first byte on before others. */
const mainConsole = (consoles: GuestSpec["definition"]["consoles"]): string =>
  guestDevice((consoles.find(needsPty) ?? consoles.find(isKept) ?? { name: "con0" }).name);

/** Words for our images' own init: unknown to the kernel, which keeps them in /proc/cmdline. */
const guestWords = ({ definition, kernel }: GuestSpec): string[] => {
  // A shell that can read nothing, whose words nobody sees, or whose console never opens, would only end and be started
  // again.
  const consoles = definition.consoles.filter(
    ({ channel, output = channel }) => ![channel, output].some((end) => ["none", "null", "xterm"].includes(end)),
  );
  return [
    `corral.name=${definition.name}`,
    `corral.consoles=${consoles.map((console) => guestDevice(console.name)).join(":")}`,
    ...(definition.guestLink ? [`corral.link=${guestDevice(LINK_DEVICE)}`] : []),
    ...(kernel.modules === null ? [] : [`corral.modules=${MODULES_SHARE}`]),
    ...(definition.shares.length === 0
      ? []
      : [`corral.shares=${definition.shares.map((share) => share.name).join(":")}`]),
  ];
};
