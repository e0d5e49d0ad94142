import { type ConsoleChannels, CorralError, type Ending, type GuestState, isKept } from "@corral/contracts";
import { type Notification, type NotificationListener, rootMounted } from "@corral/uml";
import type { DebugSession } from "../debugger/debugSession.ts";
import type { DebugOptions } from "../debugger/runDebugger.ts";
import { letGo } from "../debugger/tracers.ts";
import type { SupervisorEvent } from "../events.ts";
import { type Found, recoverMasters, resolveLaunch } from "../launch/adopt.ts";
import { setSessionNiceness } from "../launch/autogroup.ts";
import type { BootGate } from "../launch/bootGate.ts";
import { completeRecord, launch } from "../launch/launch.ts";
import { endRemains, isOwnLaunch, refuseWhileItRuns } from "../launch/remains.ts";
import { changeChannels, haveSameChannels } from "../lines/changeChannels.ts";
import type { GuestInside } from "../link/inside.ts";
import type { Placement } from "../placement/placement.ts";
import type { DelegatedCgroup } from "../sandbox/cgroup.ts";
import { boundGuest } from "../sandbox/guestBounds.ts";
import { hostBootId } from "../sandbox/processes.ts";
import { VitalsKeeper } from "../vitals/vitalsKeeper.ts";
import {
  type AskedGuest,
  askToEnd,
  pause,
  pauseAgain,
  pressCtrlAltDel,
  resumeFromPause,
  setGuestClock,
} from "./askGuest.ts";
import { GuestCondition } from "./condition.ts";
import { consoleStatuses } from "./consoleStatuses.ts";
import { explainFullDisk, ifWritable } from "./diskFull.ts";
import { cutOvergrownDisks } from "./diskGuard.ts";
import { ENDING_TAIL_BYTES, endingOf } from "./endings.ts";
import { GuestConsoles } from "./guestConsoles.ts";
import type { GuestFolder } from "./guestFolder.ts";
import type { GuestSpec } from "./guestSpec.ts";
import { unmarkDeleted } from "./guestSweep.ts";
import { whyNoWatchdog } from "./hangWatchdog.ts";
import { heard } from "./heard.ts";
import { GuestHistory, type Run } from "./history.ts";
import { insideRun, linkStateOf } from "./insideRun.ts";
import { KernelLog } from "./kernelLog.ts";
import { lastWords } from "./lastWords.ts";
import { type LaunchRecord, linesOf, readLaunchRecord, removeLaunchRecord } from "./launchRecord.ts";
import { lockHolder } from "./lockHolder.ts";
import { PendingStart } from "./pendingStart.ts";
import { Restarts } from "./restarts.ts";
import { listenForNotifications, RunningGuest, type RunOptions } from "./runningGuest.ts";
import { isOutdated } from "./specDigest.ts";
import type { GuestStatus } from "./status.ts";

export interface GuestSurroundings {
  readonly folder: GuestFolder;
  readonly gate: BootGate;
  /** User id that the guest runs as, when the server is root. */
  readonly uid: number | null;
  readonly cgroup: DelegatedCgroup | null;
  readonly placement: Placement;
  readonly emit: (event: SupervisorEvent) => void;
}

/** One guest through all its runs: its state, what may be asked of it, and what follows when it ends. */
export class SupervisedGuest {
  readonly consoles: GuestConsoles;
  readonly kernelLog: KernelLog;
  readonly vitals = new VitalsKeeper(this);
  readonly #folder: GuestFolder;
  readonly #uid: number | null;
  readonly #cgroup: DelegatedCgroup | null;
  readonly #placement: Placement;
  readonly #emit: (event: SupervisorEvent) => void;
  readonly #start: PendingStart;
  readonly #restarts = new Restarts();
  #history: GuestHistory;
  /** Why nothing may be done with it: a file of it cannot be read, and it may run. */
  #unreadable: Ending | null = null;
  /** Two who press Start at once wait for the same. */
  #takingUp: Promise<void> | null = null;
  readonly #condition: GuestCondition;
  #spec: GuestSpec;
  #run: RunningGuest | null = null;
  #closed = false;
  /** What a guest had too much is being taken away: its next launch waits for that. */
  #cleaning: Promise<void> = Promise.resolve();

  constructor(spec: GuestSpec, surroundings: GuestSurroundings) {
    this.#spec = spec;
    this.#folder = surroundings.folder;
    this.#start = new PendingStart(surroundings.gate);
    this.#uid = surroundings.uid;
    this.#cgroup = surroundings.cgroup;
    this.#placement = surroundings.placement;
    this.#emit = surroundings.emit;
    this.#folder.create();
    this.#history = this.#readOr(GuestHistory.none(this.#folder.history), () =>
      GuestHistory.read(this.#folder.history),
    );
    const { ending } = this.#history;
    this.#condition = new GuestCondition(
      spec.id,
      this.#whenOff,
      ending === null ? new Date() : new Date(ending.at),
      surroundings.emit,
    );
    this.kernelLog = new KernelLog(this.#folder.kernelLog);
    this.consoles = new GuestConsoles(this.#folder, {
      onLogProblem: (console, problem) =>
        this.#emit({ type: "console-log", id: spec.id, console, problem: problem?.message ?? null }),
      onUnwritten: () => this.#condition.changed(),
      onEnd: () => this.#run?.checkAlive(),
    });
    this.consoles.keep(keptConsoles(spec.definition.consoles));
  }

  get spec(): GuestSpec {
    return this.#spec;
  }
  get state(): GuestState {
    return this.#condition.state;
  }
  get folder(): GuestFolder {
    return this.#folder;
  }
  get uid(): number | null {
    return this.#uid;
  }
  get run(): RunningGuest | null {
    return this.#run;
  }
  get isOn(): boolean {
    return this.#run !== null || this.state === "starting";
  }

  /** Its newest runs, oldest first; the one that goes on has no ending. */
  get runs(): readonly Run[] {
    return this.#history.runs;
  }

  status(): GuestStatus {
    const run = this.#run;
    const { consoles } = this.#spec.definition;
    const lines = run === null ? consoles : linesOf(run.record);
    return {
      id: this.#spec.id,
      ...this.#condition.view,
      startedAt: run?.record.startedAt ?? null,
      pid: run?.pid ?? null,
      boots: this.#history.boots,
      bootRetries: this.#history.bootRetries,
      restartNeeded: run !== null && (isOutdated(run.record, this.#spec) || !haveSameChannels(lines, consoles)),
      link: linkStateOf(run),
      ending: this.#unreadable ?? this.#history.ending,
      statusLine: run?.record.statusLine ?? null,
      vitals: this.vitals.vitals,
      debugger: run?.debugger.view ?? null,
      noWatchdog: whyNoWatchdog(this.#spec, run?.record ?? null),
      consoles: consoleStatuses(this.#spec, run, this.consoles),
    };
  }

  /** The definition is this one from the next start on. */
  define(spec: GuestSpec): void {
    this.#spec = spec;
    if (this.#run !== null) return;
    this.consoles.keep(keptConsoles(spec.definition.consoles));
    if (!this.isOn) this.consoles.markOff();
  }

  /**
   * Takes up what an earlier server left: adopts a guest that runs, draws the conclusions from one that has ended.
   * Whether it is on afterwards, or about to be.
   */
  async resume(): Promise<boolean> {
    const record = this.#readOr(null, () => readLaunchRecord(this.#folder.launchRecord));
    if (this.#unreadable !== null) {
      const { message } = this.#unreadable;
      this.consoles.markOff();
      this.#condition.become("crashed", message);
      this.#emit({ type: "warning", id: this.#spec.id, message: `${this.#name} was not taken up: ${message}` });
      return false;
    }
    if (record === null) {
      this.consoles.markOff();
      return false;
    }
    this.#history.begins(record);
    if (record.hostBootId === hostBootId() && !isOwnLaunch(record, this.#folder)) {
      this.#leaveToAnother(record);
      return false;
    }
    const found = await resolveLaunch(record, this.#folder);
    if (found.found === "alive") {
      this.#adopt(found.record);
      return true;
    }
    // Its kernel may have been killed alone, and have left helpers behind.
    if (found.found !== "host-rebooted") await endRemains(this.#folder);
    this.#foundEnded(record, found);
    return this.#run !== null || this.#start.isWaiting;
  }

  /** What was read, or `otherwise` where a file of the guest is not what it should be: nothing is done with it then. */
  #readOr<T>(otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      this.#unreadable = unreadable(error.message);
      return otherwise;
    }
  }

  /**
   * Takes up a guest whose files could not be read and can be now. Rejects with CorralError: host_unfit with what is wrong
   * with them still, wrong_state where it turns out to be on.
   */
  takeUpMended(): Promise<void> {
    this.#takingUp ??= this.#takeUpMended().finally(() => {
      this.#takingUp = null;
    });
    return this.#takingUp;
  }

  async #takeUpMended(): Promise<void> {
    if (this.#unreadable === null) return;
    const history = GuestHistory.read(this.#folder.history);
    if (readLaunchRecord(this.#folder.launchRecord) === null) refuseWhileItRuns(this.#folder, this.#name);
    this.#unreadable = null;
    this.#history = history;
    this.#condition.become(this.#whenOff);
    const isOn = await this.resume();
    this.#refuseUnreadable();
    if (isOn) throw new CorralError("wrong_state", `${this.#name} has been on all the time: look again.`);
  }

  #refuseUnreadable(): void {
    if (this.#unreadable !== null) throw new CorralError("host_unfit", this.#unreadable.message);
  }

  #adopt(record: LaunchRecord): void {
    const recovered = recoverMasters(record);
    this.kernelLog.hold();
    this.consoles.keep(keptConsoles(linesOf(record)));
    this.consoles.markBoot(record.bootNumber);
    if (!recovered.ok) {
      this.#emit({
        type: "warning",
        id: this.#spec.id,
        message: `${this.#name} runs on, but its consoles could not be brought back: ${recovered.reason}. It can be shut down and restarted; its kernel log is kept. "npm run doctor" says how to allow it.`,
      });
    }
    this.#run = this.#watch(record, { child: null, link: recovered.ok ? recovered.link : null }, this.#listen());
    this.#connectConsoles(this.#run, recovered.ok ? recovered.masters : new Map());
    // A debugger ends with its server, unless it took no notice.
    if (record.process !== null) {
      void letGo(record.process.kernel);
      void boundGuest(record.process);
    }
    if (record.asked !== null) this.#condition.startDeadline();
    if (record.paused) pauseAgain(this.#run);
    this.#condition.isFound(adoptedState(record), new Date(record.startedAt));
  }

  /** The data folder was copied while the guest ran: that run is another server's, and so is what it prints. */
  #leaveToAnother(record: LaunchRecord): void {
    const message = `This data folder is a copy. ${this.#name} ran when the copy was made, under the server of the original folder, whose it still is; it was left alone. Here is what its disks held at that moment.`;
    const remedy =
      "Start it to have a guest of its own from those disks, as after a power cut. If this folder is not to be a second one, stop this server and use the original.";
    this.#conclude(
      { ...record, asked: null },
      { kind: "lost", at: new Date().toISOString(), message, remedy, exitCode: null },
    );
    this.#emit({ type: "warning", id: this.#spec.id, message });
  }

  #lockHolder(ubd: number): string | null {
    const disk = this.#spec.disks.find((each) => each.ubd === ubd);
    return disk === undefined ? null : lockHolder(disk, this.#folder);
  }

  #foundEnded(record: LaunchRecord, found: Exclude<Found, { found: "alive" }>): void {
    const log = this.kernelLog.tail(record.kernelLogStart, ENDING_TAIL_BYTES) + lastWords(record, this.consoles);
    const at = new Date();
    if (found.found === "ended") {
      this.#conclude(
        record,
        endingOf({
          exitCode: found.exitCode,
          log,
          rootMounted: record.booted || rootMounted(log),
          asked: record.asked,
          lockHolder: (ubd) => this.#lockHolder(ubd),
          at,
        }),
      );
      return;
    }
    const message =
      found.found === "host-rebooted"
        ? "The host was restarted while it ran."
        : "The server ended before it had started the guest.";
    this.#conclude(record, { kind: "lost", at: at.toISOString(), message, remedy: "Start it again.", exitCode: null });
  }

  /**
   * Starts the guest. Resolves once its process is started, or, where others boot first, once it waits for its place.
   * Rejects with CorralError when it cannot be started; it is off then, as before.
   */
  async start(): Promise<void> {
    if (this.#unreadable !== null) {
      await this.takeUpMended();
      if (this.isOn) throw new CorralError("wrong_state", `${this.#name} is being started already.`);
    }
    this.#start.callOff();
    this.#restarts.reset();
    const { mustWait } = this.#start;
    const launching = this.#launch(0);
    if (mustWait) launching.catch(() => {});
    else await launching;
  }

  /** Waits `delayMs`, then for a place among the booting guests, and launches. */
  async #launch(delayMs: number): Promise<void> {
    if (delayMs === 0) this.#condition.become("starting");
    const onQueued = () => this.#condition.progress("Waiting for other guests to boot.");
    try {
      await this.#start.run(delayMs, onQueued, (calledOff) => this.#launchNow(calledOff));
    } catch (thrown) {
      const error = explainFullDisk(thrown, this.#name);
      this.#launchFailed(error);
      throw error;
    }
  }

  async #launchNow(calledOff: AbortSignal): Promise<void> {
    await this.#cleaning;
    this.consoles.keep(keptConsoles(this.#spec.definition.consoles));
    const listener = this.#listen();
    const bootNumber = this.#history.boots + 1;
    try {
      await endRemains(this.#folder);
      const launched = await launch({
        spec: this.#spec,
        folder: this.#folder,
        kernelLog: this.kernelLog,
        bootNumber,
        uid: this.#uid,
        cpus: this.#placement.choose(this.#spec),
        cgroup: this.#cgroup,
        sizeOf: (name) => this.consoles.sizeOf(name),
      });
      this.#history.begins(launched.record);
      this.consoles.markBoot(bootNumber);
      const run = this.#watch(launched.record, launched, listener);
      this.#run = run;
      this.#connectConsoles(run, launched.masters);
      this.#condition.become("booting");
      const complete = completeRecord(launched.record, this.#folder).then((record) => {
        if (record?.process != null) {
          run.note({ process: record.process, terminals: record.terminals });
          void boundGuest(record.process);
          setSessionNiceness(record.process.kernel, this.#spec.definition.niceness);
        }
        this.#condition.changed();
      });
      if (calledOff.aborted) {
        await complete;
        await this.force("force-off");
      }
    } catch (error) {
      listener.close();
      this.kernelLog.rest();
      ifWritable(() => removeLaunchRecord(this.#folder.launchRecord));
      throw error;
    }
  }

  #connectConsoles(run: RunningGuest, masters: ReadonlyMap<string, number>): void {
    for (const { name } of linesOf(run.record)) {
      if (this.consoles.get(name) !== undefined) run.connectConsole(name, masters.get(name));
    }
  }

  /**
   * Connects a console of the running guest to other channels, for this run. Rejects with CorralError, and has changed
   * nothing then.
   */
  async changeConsole(name: string, channels: ConsoleChannels): Promise<void> {
    const run = this.#runOrThrow();
    await changeChannels({ run, consoles: this.consoles, name, channels, guest: this.#name });
    this.#condition.changed();
  }

  #launchFailed(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#remember({
      kind: "launch-failed",
      at: new Date().toISOString(),
      message,
      remedy: null,
      exitCode: null,
    });
    this.#condition.become(this.#whenOff, message);
  }

  /** Presses Ctrl-Alt-Del and leaves the guest off, or starts it again, when it has ended. */
  askToEnd(asked: "shutdown" | "restart"): Promise<void> {
    return askToEnd(this.#asked(), asked);
  }

  /** Presses Ctrl-Alt-Del and nothing more: what follows is up to the guest's init. */
  pressCtrlAltDel(): Promise<void> {
    return pressCtrlAltDel(this.#asked());
  }

  pause(): Promise<void> {
    return pause(this.#asked());
  }

  resumeFromPause(): Promise<void> {
    return resumeFromPause(this.#asked());
  }

  #asked(): AskedGuest {
    const run = this.#runOrThrow();
    return { name: this.#name, run, condition: this.#condition, isOn: () => this.#run === run };
  }

  /** Throws CorralError wrong_state. Whether the link answers shows with the first command. */
  inside(): GuestInside {
    return insideRun(this.#runOrThrow(), this.state, this.#spec);
  }

  /** Ends the guest at once, or gives up a start that has not happened yet. Resolves when it is off. */
  async force(asked: "force-off" | "force-restart"): Promise<void> {
    if (this.#run === null) {
      this.#start.callOff();
      this.#condition.become(this.#whenOff, "The start was called off.");
      return;
    }
    const run = this.#run;
    run.note({ asked });
    this.#condition.become("stopping");
    await run.forceOff();
  }

  #watch(
    record: LaunchRecord,
    { child, link }: Pick<RunOptions, "child" | "link">,
    listener: NotificationListener,
  ): RunningGuest {
    return new RunningGuest({
      record,
      link,
      folder: this.#folder,
      kernelLog: this.kernelLog,
      uid: this.#uid,
      consoles: this.consoles,
      listener,
      child,
      listeners: {
        onBooted: () => this.#booted(),
        onLinkChanged: () => this.#condition.changed(),
        onLinesChanged: () => this.#condition.changed(),
        onDebuggerChanged: (released) => this.#debuggerChanged(released),
        onBootLine: (line) => this.#condition.progress(line),
        onOverfull: (found) => this.#overfull(found),
        onEnded: (exitCode) => this.#ended(exitCode),
      },
    });
  }

  /** A guest that has stood still goes on with a clock that has too, as after a pause. */
  #debuggerChanged(released: boolean): void {
    this.#condition.changed();
    if (released && this.#run !== null) setGuestClock(this.#run);
  }

  /** Attaches a debugger to the kernel of the running guest. Rejects with CorralError. */
  debug(options: Omit<DebugOptions, "uid" | "guest">): Promise<DebugSession> {
    return this.#runOrThrow().debugger.attach({ ...options, uid: this.#uid, guest: this.#name });
  }

  #listen(): NotificationListener {
    return listenForNotifications(this.#folder, (notification) => this.#notified(notification));
  }

  #notified(notification: Notification): void {
    if (notification.kind === "socket") this.#run?.mconsoleIsUp();
    const { event, statusLine } = heard(notification, new Date(), this.#standsStill);
    // A status is shown and replaced by the next one; what is kept as an event is what a guest says otherwise.
    if (statusLine === undefined) this.#emit({ ...event, id: this.#spec.id });
    else {
      this.#run?.note({ statusLine });
      this.#condition.changed();
    }
  }

  /** Nothing but an attack does that, and it would go on. */
  #overfull(found: string): void {
    const record = this.#run?.record;
    this.#emit({
      type: "warning",
      id: this.#spec.id,
      message: `${this.#name} was forced off: it had ${found}. Somebody inside it tried to fill the host's disk. Look at its console log before you start it again.`,
    });
    this.#cleaning = this.force("force-off")
      .catch(() => {})
      .then(() => this.#folder.emptyUmlDir())
      .then(() => (record === undefined ? undefined : cutOvergrownDisks(record, this.#folder, this.#uid)))
      .catch((error: Error) => {
        const message = `What ${this.#name} had too much could not be taken away: ${error.message}`;
        this.#emit({ type: "warning", id: this.#spec.id, message });
      });
  }

  /** Why it does nothing, where that is nothing to worry about; null: it runs. */
  get #standsStill(): string | null {
    return this.state === "paused" ? "is paused" : (this.#run?.debugger.held ?? null);
  }

  #booted(): void {
    this.#start.leavePlace();
    this.#restarts.booted();
    if (this.state === "booting") this.#condition.become("running");
  }

  #ended(exitCode: number | null): void {
    const run = this.#run;
    if (run === null) return;
    this.#run = null;
    this.#start.leavePlace();
    const ending = endingOf({
      exitCode,
      log: run.bootLog(ENDING_TAIL_BYTES) + lastWords(run.record, this.consoles),
      rootMounted: run.record.booted || run.rootWasMounted,
      asked: run.record.asked,
      lockHolder: (ubd) => this.#lockHolder(ubd),
      at: new Date(),
    });
    this.#conclude(run.record, ending);
  }

  /** What follows from the end of a run. The history is on disk before the record goes. */
  #conclude(record: LaunchRecord, ending: Ending): void {
    this.#condition.clearDeadline();
    this.#cgroup?.remove(this.#spec.id);
    const after = this.#restarts.after(ending, record.asked, this.#spec.definition.restartPolicy);
    if (after.next === "start" && after.bootRetry !== null) this.#history.isRetried();
    this.#remember(ending, after.next === "stay-crashed");
    this.kernelLog.rest();
    // One that stays names processes that are gone, which the next start finds out.
    ifWritable(() => removeLaunchRecord(this.#folder.launchRecord));
    if (this.#closed) return;
    this.consoles.markOff();
    if (after.next !== "start") {
      this.consoles.keep(keptConsoles(this.#spec.definition.consoles));
      this.#condition.become(this.#whenOff, ending.message);
      return;
    }
    if (after.bootRetry !== null) {
      this.#emit({ type: "boot-retried", id: this.#spec.id, attempt: after.bootRetry, message: ending.message });
    }
    this.#condition.become("starting", ending.message);
    if (after.waiting !== null) this.#condition.progress(after.waiting);
    this.#launch(after.delayMs).catch(() => {
      // The state and the ending say it already.
    });
  }

  #remember(ending: Ending, crashed = this.#history.crashed): void {
    try {
      this.#history.ends(ending, crashed, this.kernelLog.end);
    } catch (error) {
      this.#emit({
        type: "warning",
        id: this.#spec.id,
        message: `How ${this.#name} ended could not be written down: ${(error as Error).message}. Free some space on the disk.`,
      });
    }
  }

  /** Lets go of the guest, which runs on: the server ends. Idempotent. */
  leave(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#start.callOff();
    this.#condition.clearDeadline();
    this.#run?.leave();
    this.consoles.dispose();
    this.kernelLog.rest();
  }

  /** Deletes everything the guest has on disk. It must be off, and marked as deleted. Never rejects. */
  async remove(): Promise<void> {
    // A start that was called off may have begun: it goes on making files for a while.
    await this.#start.end();
    this.leave();
    try {
      await this.#folder.remove();
      unmarkDeleted(this.#folder);
    } catch {
      // It stays marked, and the next start sweeps it.
    }
  }

  /** What it is while it does not run. */
  get #whenOff(): GuestState {
    return this.#history.crashed || this.#unreadable !== null ? "crashed" : "stopped";
  }
  get #name(): string {
    return this.#spec.definition.name;
  }
  #runOrThrow(): RunningGuest {
    if (this.#run === null) throw new CorralError("wrong_state", `${this.#name} is not running.`);
    return this.#run;
  }
}

/** How it ended is not known, nor whether it has. */
const unreadable = (message: string): Ending => ({
  kind: "lost",
  at: new Date().toISOString(),
  message,
  remedy:
    "If it still runs it goes on. Nothing is done with it until that file is mended or moved away; start it then.",
  exitCode: null,
});

const adoptedState = (record: LaunchRecord): GuestState => {
  if (record.asked !== null) return "stopping";
  if (record.paused) return "paused";
  return record.booted ? "running" : "booting";
};

/** The consoles that Corral keeps. */
const keptConsoles = (consoles: readonly (ConsoleChannels & { readonly name: string })[]): string[] =>
  consoles.filter(isKept).map((console) => console.name);
