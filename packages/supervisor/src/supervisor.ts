import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type AttachOptions, ConsoleError, type TypedEntry, type Viewer, type ViewerPort } from "@corral/console";
import {
  type ConsoleChannels,
  CorralError,
  type DebugTool,
  type GuestAction,
  type GuestBoot,
  type GuestTyping,
  guestCan,
  LOG_READ_MAXIMUM_BYTES,
  type LogPart,
  type NetworkInterface,
  VITALS_EVERY_MS,
  type VitalsPoint,
} from "@corral/contracts";
import { whyForbidden } from "@corral/uml";
import type { DebugSession } from "./debugger/debugSession.ts";
import { whyNoDebugger } from "./debugger/debugTools.ts";
import type { DebugOptions } from "./debugger/runDebugger.ts";
import type { SupervisorEvent } from "./events.ts";
import { removeDisk } from "./guest/disks.ts";
import { GuestFolder } from "./guest/guestFolder.ts";
import type { DiskSpec, GuestSpec } from "./guest/guestSpec.ts";
import { markDeleted, sweepGuests, unmarkDeleted } from "./guest/guestSweep.ts";
import { isPlugged, keepDisk, plugDisk, releaseDisk, replugDisk } from "./guest/hotPlug.ts";
import { forgetInterface, plugInterface } from "./guest/interfaces.ts";
import { type AskOptions, askMconsole } from "./guest/mconsole.ts";
import { specDigest } from "./guest/specDigest.ts";
import type { GuestStatus } from "./guest/status.ts";
import { stopAll } from "./guest/stopAll.ts";
import { SupervisedGuest } from "./guest/supervisedGuest.ts";
import type { GuestPicture, PictureMark } from "./guestPicture.ts";
import { uidOf } from "./guestUids.ts";
import { BootGate } from "./launch/bootGate.ts";
import { keepDescriptorsFromGuests } from "./launch/keepDescriptors.ts";
import type { GuestInside } from "./link/inside.ts";
import { bootsOf } from "./logs/boots.ts";
import type { GuestLog } from "./logs/guestLog.ts";
import { KernelLogReading } from "./logs/kernelLogReading.ts";
import { OpenLog } from "./logs/openLog.ts";
import { type LogRange, readRange } from "./logs/readRange.ts";
import { Placement } from "./placement/placement.ts";
import { openRunFolder } from "./runFolder.ts";
import { DelegatedCgroup, findDelegatedFolder } from "./sandbox/cgroup.ts";
import { Strangers } from "./strangers/strangers.ts";
import { RoundClock } from "./vitals/roundClock.ts";

export interface SupervisorOptions {
  /** A control group folder that is this server's own; left out: the one it was handed over by the host, if any. */
  readonly cgroup?: string | null;
  /** How often each guest is sampled. */
  readonly vitalsEveryMs?: number;
}

/**
 * All guests of one host. Arguments and results are plain data and every answer may be awaited, so that a host can one
 * day be somewhere else; viewers' ports are the exception.
 */
export class Supervisor {
  /** Guests of this host that are nobody's here. */
  readonly strangers: Strangers;
  readonly #home: string;
  readonly #runFolder: string;
  readonly #cgroup: DelegatedCgroup | null;
  readonly #gate = new BootGate();
  readonly #guests = new Map<string, SupervisedGuest>();
  readonly #placement = new Placement(() => [...this.#guests.values()]);
  readonly #listeners = new Set<(event: SupervisorEvent) => void>();
  readonly #vitals: RoundClock<SupervisedGuest>;
  #closing = false;

  /** `home` must be this process's alone: see lockHome. Touches no guest yet. */
  constructor(
    home: string,
    { cgroup = findDelegatedFolder(), vitalsEveryMs = VITALS_EVERY_MS }: SupervisorOptions = {},
  ) {
    this.#home = home;
    this.#cgroup = cgroup === null ? null : new DelegatedCgroup(cgroup);
    this.#runFolder = openRunFolder(home);
    mkdirSync(join(home, "guests"), { recursive: true, mode: 0o700 });
    keepDescriptorsFromGuests();
    this.#vitals = new RoundClock(
      vitalsEveryMs,
      () => [...this.#guests.values()],
      (guest) => void guest.vitals.sample(),
    );
    this.#vitals.start();
    this.#placement.start();
    this.strangers = new Strangers(this.#runFolder, join(home, "strangers"));
  }

  get runFolder(): string {
    return this.#runFolder;
  }

  /** Makes a guest known, or its definition another one; a running guest takes that up at its next start. */
  define(spec: GuestSpec): void {
    const known = this.#guests.get(spec.id);
    if (known !== undefined) {
      known.define(spec);
      return;
    }
    const folder = new GuestFolder(this.#home, this.#runFolder, spec.id);
    folder.create();
    this.#guests.set(
      spec.id,
      new SupervisedGuest(spec, {
        folder,
        gate: this.#gate,
        cgroup: this.#cgroup,
        placement: this.#placement,
        uid: uidOf(join(this.#home, "guests"), spec.id),
        emit: (event) => this.#emit(event),
      }),
    );
  }

  /**
   * Takes up where the last server left off, after every guest was defined: adopts what runs, then starts what is to
   * start by itself and `mayStart` lets. How many were adopted, and how many milliseconds that took.
   */
  async resume(
    mayStart: (id: string) => boolean = () => true,
  ): Promise<{ readonly adopted: number; readonly adoptionMs: number }> {
    const began = performance.now();
    const on = await Promise.all(
      [...this.#guests.values()].map(async (guest) => [guest, await guest.resume()] as const),
    );
    const adoptionMs = performance.now() - began;
    for (const [guest, isOn] of on) {
      if (isOn || !guest.spec.definition.autostart || !mayStart(guest.spec.id)) continue;
      guest.start().catch(() => {
        // Its state and its ending say why.
      });
    }
    return { adoptionMs, adopted: on.filter(([guest]) => guest.run !== null).length };
  }

  status(id: string): GuestStatus {
    return this.#guest(id).status();
  }

  /** The newest samples of a guest, oldest first. Throws CorralError not_found. */
  vitalsHistory(id: string): readonly VitalsPoint[] {
    return this.#guest(id).vitals.history;
  }

  /**
   * Does what a button does. Resolves when it is under way (force: when it is done); what follows comes as events.
   * Rejects with CorralError: wrong_state, host_unfit, disk_full, guest_silent.
   */
  async act(id: string, action: GuestAction): Promise<void> {
    const guest = this.#guest(id);
    const verdict = guestCan(action, guest.status());
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    switch (action) {
      case "start":
        return guest.start();
      case "shutdown":
      case "restart":
        return guest.askToEnd(action);
      case "ctrl-alt-del":
        return guest.pressCtrlAltDel();
      case "pause":
        return guest.pause();
      case "resume":
        return guest.resumeFromPause();
      case "force-off":
      case "force-restart":
        return guest.force(action);
    }
  }

  /**
   * Connects a console of a running guest to other channels, for this run only. Rejects with CorralError wrong_state,
   * impossible, guest_silent; nothing is changed then.
   */
  changeConsole(id: string, name: string, channels: ConsoleChannels): Promise<void> {
    return this.#guest(id).changeConsole(name, channels);
  }

  /**
   * Deletes everything that a guest has on this host, after `forget` has deleted what refers to it: whatever happens from
   * then on, it is gone, and what could not be removed is swept at a later start. Rejects with wrong_state while it is on,
   * and with what `forget` throws; nothing is changed then.
   */
  async remove(id: string, forget: () => void = () => {}): Promise<void> {
    const guest = this.#guest(id);
    await guest.takeUpMended();
    const verdict = guestCan("delete", guest.status());
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    markDeleted(guest.folder);
    try {
      forget();
    } catch (error) {
      unmarkDeleted(guest.folder);
      throw error;
    }
    this.#guests.delete(id);
    await guest.remove();
  }

  /**
   * Takes away what a server that was killed left of guests that are no more, once every guest is defined and before any
   * is resumed. Folders that belong to no guest and were left as they are, since somebody's data may be in them.
   */
  sweep(): Promise<string[]> {
    return sweepGuests({ home: this.#home, runFolder: this.#runFolder, known: new Set(this.#guests.keys()) });
  }

  /**
   * One mconsole command as text, and the guest's whole answer. Rejects with CorralError: wrong_state, guest_silent,
   * guest_refused with the kernel's own words, guest_garbled, impossible with why it is not sent, too_many_requests.
   */
  async mconsole(id: string, command: string, options: AskOptions = {}): Promise<string> {
    const guest = this.#guest(id);
    return askMconsole(guest.run, guest.spec.definition.name, command, options);
  }

  /** Why a command is not sent to this guest, or null where it may be. */
  whyNotSent(id: string, command: string): string | null {
    return whyForbidden(command, this.#guest(id).spec.kernel.version);
  }

  /** Plugs a disk into a running guest for this run. Rejects with CorralError. */
  async plugDisk(id: string, disk: DiskSpec): Promise<void> {
    await plugDisk(this.#guest(id), disk);
  }

  /** Plugs a disk that the running guest was launched with in again. Rejects with CorralError. */
  async replugDisk(id: string, ubd: number): Promise<void> {
    await replugDisk(this.#guest(id), ubd);
  }

  /** The network interfaces that a guest has at the moment; none while it is off. */
  interfaces(id: string): readonly NetworkInterface[] {
    return this.#guest(id).run?.record.interfaces ?? [];
  }

  /** Gives a running guest a network interface, for this run; its kernel's answer. Rejects with CorralError. */
  plugInterface(id: string, wish: NetworkInterface): Promise<string> {
    const { run, spec } = this.#guest(id);
    return plugInterface(run, spec.definition.name, wish);
  }

  /**
   * To be asked before something of a guest is given up. Rejects with CorralError host_unfit where a file of it cannot be read,
   * so that nobody knows whether it runs, and with wrong_state where it could be read now, and it is on.
   */
  async takeUpMended(id: string): Promise<void> {
    await this.#guest(id).takeUpMended();
  }

  /** A running guest has let go of this network interface. */
  forgetInterface(id: string, device: string): void {
    forgetInterface(this.#guest(id).run, device);
  }

  /** Which of these disks the guest has at the moment. One that does not answer counts as having them. */
  async pluggedDisks(id: string, ubds: readonly number[]): Promise<number[]> {
    const { run } = this.#guest(id);
    const plugged: number[] = [];
    for (const ubd of ubds) if (run === null || (await isPlugged(run, ubd))) plugged.push(ubd);
    return plugged;
  }

  /** A plugged disk outlasts this run from now on: its definition is about to name it. */
  async keepDisk(id: string, disk: DiskSpec): Promise<void> {
    await keepDisk(this.#guest(id), disk);
  }

  /** A running guest has let go of this disk: what was plugged in for this run only gives its space back. */
  async releaseDisk(id: string, ubd: number): Promise<void> {
    await releaseDisk(this.#guest(id), ubd);
  }

  /** What the definition says now, the running guest has already: a change was made to both. */
  isTakenUp(id: string): void {
    const guest = this.#guest(id);
    guest.run?.note({ specDigest: specDigest(guest.spec) });
  }

  /** Deletes the file of one disk. Rejects with wrong_state while the guest is on. */
  async removeDisk(id: string, ubd: number): Promise<void> {
    const guest = this.#guest(id);
    await guest.takeUpMended();
    if (guest.run !== null && (await isPlugged(guest.run, ubd))) {
      throw new CorralError("wrong_state", `ubd${ubd} cannot be removed while the guest uses it. Unplug it first.`);
    }
    await removeDisk(guest.folder, ubd);
    await releaseDisk(guest, ubd);
  }

  /**
   * What the first of a guest's consoles shows; null when that is what `known` says, or when it has no console.
   * Rejects with CorralError not_found.
   */
  async picture(id: string, known: PictureMark | null): Promise<GuestPicture | null> {
    const [console] = this.#guest(id).consoles.all;
    if (console === undefined) return null;
    const { name, end, cols, rows } = console;
    if (known?.console === name && known.offset === end && known.cols === cols && known.rows === rows) return null;
    try {
      return { console: name, ...(await console.picture()) };
    } catch (error) {
      // It was closed while its screen was drawn.
      if (error instanceof ConsoleError && error.code === "disposed") return null;
      throw error;
    }
  }

  /** Who may type into a guest's consoles, and whether it is recorded. Viewers are told. Throws CorralError not_found. */
  setTyping(id: string, typing: GuestTyping): void {
    this.#guest(id).consoles.setTyping(typing);
  }

  /** What is kept of what was typed into its consoles while it was recorded. Throws CorralError not_found. */
  typed(id: string): (TypedEntry & { readonly console: string })[] {
    const { all } = this.#guest(id).consoles;
    return all.flatMap((console) => console.typed().map((entry) => ({ ...entry, console: console.name })));
  }

  /** Throws CorralError not_found, offset_beyond_end, too_many_requests. `hello` has been sent when it returns. */
  attach(id: string, consoleName: string, port: ViewerPort, options: AttachOptions): Viewer {
    const guest = this.#guest(id);
    const console = guest.consoles.get(consoleName);
    if (console === undefined) throw noConsole(guest, consoleName);
    try {
      return console.attach(port, options);
    } catch (error) {
      throw error instanceof ConsoleError ? asCorralError(error) : error;
    }
  }

  /**
   * Bytes of a console's log, or of the kernel's under the name "kernel"; from `from`, or the last ones.
   * Throws CorralError not_found, offset_expired, offset_beyond_end.
   */
  readLog(id: string, consoleName: string, from: number | undefined, limit: number): LogRange {
    return readRange(this.#log(this.#guest(id), consoleName), from, Math.min(limit, LOG_READ_MAXIMUM_BYTES));
  }

  /** The boots of a guest that are remembered, oldest first. Throws CorralError not_found. */
  boots(id: string): readonly GuestBoot[] {
    const guest = this.#guest(id);
    const names = ["kernel", ...guest.consoles.all.map(({ name }) => name)];
    return bootsOf(guest.runs, guest.run !== null, new Map(names.map((name) => [name, this.#log(guest, name)])));
  }

  /**
   * A part of a console's log, or of the kernel's under the name "kernel". Throws CorralError not_found,
   * offset_expired, offset_beyond_end, invalid_request.
   */
  openLog(id: string, consoleName: string, part: LogPart): OpenLog {
    return new OpenLog(this.#log(this.#guest(id), consoleName), part);
  }

  /** What can be done inside a guest that runs, over its guest link. Throws CorralError not_found, wrong_state. */
  inside(id: string): GuestInside {
    return this.#guest(id).inside();
  }

  /** Why a debugger cannot be used on this host, and what to do about it; null where it can. */
  whyNoDebugger(id: string, tool: DebugTool): string | null {
    return whyNoDebugger(tool, this.#guest(id).uid !== null);
  }

  /**
   * Attaches a debugger to the process of a guest's kernel, which stands still or is slowed down until it is detached.
   * Rejects with CorralError: not_found, wrong_state, in_use, host_unfit.
   */
  async debug(id: string, options: Omit<DebugOptions, "uid" | "guest">): Promise<DebugSession> {
    const guest = this.#guest(id);
    const verdict = guestCan("debug", guest.status());
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    return guest.debug(options);
  }

  /** Detaches the debugger that a guest has on it, if any; the guest goes on. */
  async endDebugger(id: string, reason: string): Promise<void> {
    await this.#guest(id).run?.debugger.end(reason);
  }

  /** Calls `listener` with everything that happens, until the function returned is called. */
  onEvent(listener: (event: SupervisorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets go of all guests, which run on; or stops them first, in order and, after a deadline, by force. Idempotent. */
  async close({ stopGuests }: { readonly stopGuests: boolean }): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#vitals.stop();
    this.#placement.stop();
    this.strangers.close();
    const guests = [...this.#guests.values()];
    await Promise.allSettled(guests.map((guest) => guest.run?.debugger.end("The server is stopping.")));
    // Another may have been defined meanwhile, and it takes a while to stop them.
    if (stopGuests) await stopAll([...this.#guests.values()]);
    for (const guest of this.#guests.values()) guest.leave();
    this.#listeners.clear();
  }

  #log(guest: SupervisedGuest, name: string): GuestLog {
    if (name === "kernel") return new KernelLogReading(guest.kernelLog, guest.runs);
    const console = guest.consoles.get(name);
    if (console === undefined) throw noConsole(guest, name);
    return console.log;
  }

  #guest(id: string): SupervisedGuest {
    const guest = this.#guests.get(id);
    if (guest === undefined) throw new CorralError("not_found", "There is no such guest.");
    return guest;
  }

  #emit(event: SupervisorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const noConsole = (guest: SupervisedGuest, name: string): CorralError =>
  new CorralError(
    "not_found",
    `${guest.spec.definition.name} has no console ${name} that can be attached to. It has: ${
      guest.consoles.all.map((console) => console.name).join(", ") || "none"
    }.`,
  );

const asCorralError = (error: ConsoleError): CorralError =>
  new CorralError(
    error.code === "beyond-end"
      ? "offset_beyond_end"
      : error.code === "too-many-viewers"
        ? "too_many_requests"
        : "invalid_request",
    error.message,
  );
