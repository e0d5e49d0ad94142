import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { VITALS_EVERY_MS } from "@corral/contracts";
import { MconsoleClient, mconsolePath, type Notification, NotificationListener, rootMounted } from "@corral/uml";
import { RunDebugger } from "../debugger/runDebugger.ts";
import { isOutOfDescriptors } from "../descriptors.ts";
import { endRemains } from "../launch/remains.ts";
import { guestDevice } from "../lines/guestDevice.ts";
import type { TerminalOwner } from "../lines/guestPts.ts";
import { isFound, lineEnds } from "../lines/lineEnds.ts";
import { RunLines } from "../lines/runLines.ts";
import { GuestLink } from "../link/guestLink.ts";
import { isTerminalRaw } from "../link/machine.ts";
import { TerminalSizes } from "../link/terminalSizes.ts";
import { raiseFileLimit } from "../sandbox/fileLimit.ts";
import { hasEnded, signal } from "../sandbox/processes.ts";
import { readSandboxStatus } from "../sandbox/sandboxStatus.ts";
import { BOOT_LOG_BYTES, BootWatch } from "./bootWatch.ts";
import { overgrownDisk } from "./diskGuard.ts";
import { forceOff } from "./forceOff.ts";
import type { GuestConsoles } from "./guestConsoles.ts";
import type { GuestFolder } from "./guestFolder.ts";
import { type KernelLog, kernelLogRoom } from "./kernelLog.ts";
import { type LaunchRecord, linesOf, type RunLine, writeLaunchRecord } from "./launchRecord.ts";
import { UmlDirGuard } from "./umlDirGuard.ts";

/**
 * How often it is looked at whether a guest still lives. The end of its sandbox, or its consoles' hang-up, mostly says so
 * sooner; a sandbox that somebody has stopped (SIGSTOP) says nothing, and its kernel is a zombie then.
 */
const ALIVE_POLL_MS = 1_000;
/** bwrap writes the exit code within a millisecond of the kernel's end. */
const EXIT_CODE_DEADLINE_MS = 1_000;
const EXIT_CODE_POLL_MS = 5;
/** A server that is out of descriptors cannot signal anybody; it mostly has some again soon. */
const KILL_TRIES = 50;
const KILL_AGAIN_MS = 100;
const LOG_CHECK_MS = 10_000;
/** A disk that grows past its size fills the host's at some 500 MB a second. */
const DISK_CHECK_MS = 2_000;

/** A guest with a user id of its own must be able to write to our sockets; the folders above are closed to all others. */
const OPEN_TO_GUEST = 0o666;
/** Its vitals are asked for again and again: opening a socket for each sample would double what they cost. */
const MCONSOLE_IDLE_MS = 3 * VITALS_EVERY_MS;

const SIGKILL = 9;

export interface RunListeners {
  /** Userland has started. */
  readonly onBooted: () => void;
  /** Its guest link has another state. */
  readonly onLinkChanged: () => void;
  /** What its consoles are connected to changed. */
  readonly onLinesChanged: () => void;
  /** A debugger was attached, detached, stopped it or let it go on; `released`: it stood still until now. */
  readonly onDebuggerChanged: (released: boolean) => void;
  /** Another line of the kernel log while it boots. */
  readonly onBootLine: (line: string) => void;
  /** It takes more of the host's disk than its disks may: what was found, and where. */
  readonly onOverfull: (found: string) => void;
  /** The process is gone and everything it printed is read. Called once, and not after `leave`. */
  readonly onEnded: (exitCode: number | null) => void;
}

export interface RunOptions {
  readonly record: LaunchRecord;
  readonly folder: GuestFolder;
  readonly kernelLog: KernelLog;
  /** The user that the guest runs as, when the server is root. */
  readonly uid: number | null;
  readonly consoles: GuestConsoles;
  readonly listener: NotificationListener;
  readonly listeners: RunListeners;
  /** The server's end of the guest link, which belongs to the run from here on; null where there is no link. */
  readonly link: number | null;
  /** The sandbox's outer process, where this server started it. */
  readonly child: ChildProcess | null;
}

/** Binds the path on which a guest's kernel notifies. It must listen before the guest starts. */
export const listenForNotifications = (
  folder: GuestFolder,
  onNotification: (notification: Notification) => void,
): NotificationListener =>
  new NotificationListener({ path: folder.notifySocket, socketMode: OPEN_TO_GUEST, onNotification });

/** One run of a guest, from its launch or adoption to its end. */
export class RunningGuest {
  readonly mconsole: MconsoleClient;
  /** null where the definition has it off, or where it could not be brought back. */
  readonly link: GuestLink | null;
  readonly lines: RunLines;
  readonly debugger: RunDebugger;
  /** Settled when its processes are known. */
  readonly identified: Promise<void>;
  /** Settled when the process is gone and everything it printed is read. */
  readonly ended: Promise<void>;
  readonly #sizes: TerminalSizes;
  readonly #folder: GuestFolder;
  readonly #kernelLog: KernelLog;
  readonly #consoles: GuestConsoles;
  readonly #uid: number | null;
  readonly #listener: NotificationListener;
  readonly #listeners: RunListeners;
  readonly #guard: UmlDirGuard;
  readonly #child: ChildProcess | null;
  readonly #timers: NodeJS.Timeout[] = [];
  #bootWatch: BootWatch | null = null;
  #settleEnded: () => void = () => {};
  #settleIdentified: () => void = () => {};
  #record: LaunchRecord;
  /** What is on disk is older than the record. */
  #unwritten = false;
  #over = false;
  #isOverfull = false;

  constructor(options: RunOptions) {
    this.#record = options.record;
    this.#folder = options.folder;
    this.#kernelLog = options.kernelLog;
    this.#consoles = options.consoles;
    this.#uid = options.uid;
    this.#listener = options.listener;
    this.#listeners = options.listeners;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.identified = new Promise((resolve) => {
      this.#settleIdentified = resolve;
    });
    if (options.record.process !== null) this.#settleIdentified();
    this.mconsole = new MconsoleClient({
      socketPath: mconsolePath(options.folder.umlDir, options.record.umid),
      clientPath: options.folder.mconsoleClient,
      clientByName: options.record.umlDir !== null,
      kernelVersion: options.record.kernelVersion,
      socketMode: OPEN_TO_GUEST,
      idleMs: MCONSOLE_IDLE_MS,
      keepsAddress: true,
    });
    this.link = options.link === null ? null : this.#openLink(options.link, options.child === null);
    this.#sizes = new TerminalSizes(this.link);
    this.lines = new RunLines({
      consoles: this.#consoles,
      mconsole: this.mconsole,
      guest: () => this.#terminalOwner,
      line: (name) => this.#line(name),
      setSize: (name, size) => this.#sizes.set(guestDevice(name), size),
      noteKeepers: (name, keepers) => this.noteLine({ ...this.#line(name), keepers }),
      onChange: () => this.#listeners.onLinesChanged(),
    });
    this.debugger = new RunDebugger({
      record: () => this.#record,
      filter: options.folder.systemCallFilter,
      onChange: (released) => this.#listeners.onDebuggerChanged(released),
    });
    this.#child = options.child;
    this.#child?.once("exit", (code) => void this.#end(code));
    this.#every(ALIVE_POLL_MS, () => this.checkAlive());
    if (!options.record.booted) this.#bootWatch = this.#watchBoot();
    this.#guard = new UmlDirGuard(
      { folder: options.folder.umlDir, inside: options.record.umlDir ?? options.folder.umlDir },
      () => this.pid,
      (found) =>
        this.#listeners.onOverfull(
          `${found} in the folder of its management socket, where a kernel has two small files`,
        ),
    );
    this.#every(DISK_CHECK_MS, () => this.#checkDisks());
    this.#every(LOG_CHECK_MS, () => {
      this.#kernelLog.keepWithinBudget();
      this.#keepLogWritable();
      this.#guard.checkUnwatched();
      if (this.#unwritten) this.#writeRecord();
    });
  }

  get record(): LaunchRecord {
    return this.#record;
  }
  get #terminalOwner(): TerminalOwner | null {
    const { process, terminals } = this.#record;
    return process === null ? null : { ...process, terminals };
  }
  /** Process of the kernel; null in the first milliseconds of a launch. */
  get pid(): number | null {
    return this.#record.process?.kernel.pid ?? null;
  }
  /** This boot's kernel log, at most its last `limit` bytes. */
  bootLog(limit: number): string {
    return this.#kernelLog.tail(this.#record.kernelLogStart, limit);
  }
  /** Whether this boot mounted its root. Reads the beginning of its log, where that stands. */
  get rootWasMounted(): boolean {
    return rootMounted(this.#kernelLog.read(this.#record.kernelLogStart, BOOT_LOG_BYTES).toString("utf8"));
  }

  #checkDisks(): void {
    const found = overgrownDisk(this.#record, this.#folder);
    if (found === null || this.#isOverfull) return;
    this.#isOverfull = true;
    this.#listeners.onOverfull(found);
  }

  #keepLogWritable(): void {
    if (this.pid === null) return;
    raiseFileLimit(this.pid, kernelLogRoom(this.#kernelLog.end), this.#uid).catch(() => {
      // The host forbids it: the log then ends where the limit is.
    });
  }

  #openLink(fd: number, adopted: boolean): GuestLink {
    const heard = this.#record.link?.heard ?? false;
    return new GuestLink(fd, { adopted, heard }, () => {
      this.#sizes.linkChanged();
      const { link } = this.#record;
      if (this.link?.state === "up" && link !== null && !link.heard) this.note({ link: { ...link, heard: true } });
      this.#listeners.onLinkChanged();
    });
  }

  /** Changes the record, on disk too. While that takes nothing it is written as soon as it does: a guest can be ended then too. */
  note(changes: Partial<LaunchRecord>): void {
    this.#record = { ...this.#record, ...changes };
    this.#writeRecord();
    if (this.#record.process !== null) this.#settleIdentified();
  }

  #writeRecord(): void {
    if (this.#over) return;
    try {
      writeLaunchRecord(this.#folder.launchRecord, this.#record);
      this.#unwritten = false;
    } catch {
      this.#unwritten = true;
    }
  }

  /** Connects a console, now or as soon as the guest has it open. The master of its pty, if it has one, goes with it. */
  connectConsole(name: string, master: number | undefined): void {
    const line = this.#line(name);
    if (isFound(line)) this.lines.follow(name, master);
    else if (master !== undefined)
      this.#consoles.connectPty(name, master, {
        takesInput: lineEnds(line).write !== null,
        isRaw: () => this.#isRaw(name),
      });
  }

  async #isRaw(name: string): Promise<boolean | null> {
    const { link } = this;
    if (link?.state !== "up") return null;
    try {
      return await isTerminalRaw((request) => link.run({ ...request, lane: "questions" }), guestDevice(name));
    } catch {
      return null;
    }
  }

  /** Writes down what a console is connected to from now on. */
  noteLine(line: RunLine): void {
    this.note({ lines: [...linesOf(this.#record).filter(({ name }) => name !== line.name), line] });
  }

  #line(name: string): RunLine {
    const line = linesOf(this.#record).find((each) => each.name === name);
    if (line === undefined) throw new Error(`the guest has no console ${name} in this run`);
    return line;
  }

  /** Looks at once whether the kernel still lives: called when a console hangs up. */
  checkAlive(): void {
    const kernel = this.#record.process?.kernel;
    if (kernel !== undefined && hasEnded(kernel)) void this.#end();
  }

  /** Ends the guest, whatever it does, and whoever holds it. Resolves when it has ended; rejects if nothing helped. */
  async forceOff(): Promise<void> {
    await this.debugger.end("The guest was forced off.");
    await forceOff(this);
  }

  #watchBoot(): BootWatch {
    return new BootWatch({
      kernelLog: this.#kernelLog,
      from: this.#record.kernelLogStart,
      onLine: (line) => this.#listeners.onBootLine(line),
      onBooted: () => this.#booted(),
    });
  }

  /** The kernel said that its mconsole is up. */
  mconsoleIsUp(): void {
    this.#bootWatch?.mconsoleIsUp();
  }

  #booted(): void {
    this.#bootWatch = null;
    this.note({ booted: true });
    this.#listeners.onBooted();
  }

  /** `chainExit` is the exit status of the chain of programs around the kernel, for when it failed before it had one. */
  async #end(chainExit: number | null = null): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatching();
    let exitCode = this.#exitCode();
    const deadline = Date.now() + EXIT_CODE_DEADLINE_MS;
    while (exitCode === null && chainExit === null && Date.now() < deadline) {
      await sleep(EXIT_CODE_POLL_MS);
      exitCode = this.#exitCode();
    }
    await this.#endSandbox();
    this.link?.close();
    await this.#consoles.drain();
    this.#listener.close();
    this.#settleEnded();
    this.#listeners.onEnded(exitCode ?? chainExit);
  }

  /** null while it is not known, or cannot be read. */
  #exitCode(): number | null {
    try {
      return readSandboxStatus(this.#folder.sandboxStatus).exitCode;
    } catch {
      return null;
    }
  }

  /** Ends what is left of its sandbox: the first process of its pid namespace, and with it all others, and the one outside. */
  async #endSandbox(): Promise<void> {
    const init = this.#record.process?.init;
    for (let tries = 0; init !== undefined && tries < KILL_TRIES; tries += 1) {
      try {
        signal(init, SIGKILL);
        break;
      } catch {
        await sleep(KILL_AGAIN_MS);
      }
    }
    this.#child?.kill("SIGKILL");
    // Of a guest that was taken over it is not known who is outside.
    if (this.#child === null) await endRemains(this.#folder).catch(() => {});
  }

  /** Lets the guest run on without this server: gives back timers and sockets, keeps the record. */
  leave(): void {
    this.#over = true;
    this.#stopWatching();
    this.link?.close();
    this.#listener.close();
  }

  #stopWatching(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#bootWatch?.stop();
    this.#bootWatch = null;
    this.#guard.close();
    this.lines.stop();
    this.mconsole.close();
  }

  /** Without a descriptor to look with, a look is left out: the next one comes. */
  #every(ms: number, look: () => void): void {
    const lookIfPossible = (): void => {
      try {
        look();
      } catch (error) {
        if (!isOutOfDescriptors(error)) throw error;
      }
    };
    this.#timers.push(setInterval(lookIfPossible, ms).unref());
  }
}
