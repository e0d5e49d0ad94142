import {
  type DiskVitals,
  type GuestState,
  type GuestVitals,
  type HostVitals,
  type InsideVitals,
  VITALS_HISTORY_MAXIMUM,
  type VitalsPoint,
} from "@corral/contracts";
import { MconsoleError } from "@corral/uml";
import type { GuestFolder } from "../guest/guestFolder.ts";
import type { RunningGuest } from "../guest/runningGuest.ts";
import { diskUse } from "./diskUse.ts";
import { InsideSampler } from "./insideSampler.ts";
import { readFamily } from "./processFamily.ts";

/** A guest that does not answer is left alone for 1, 3, 7, then this many turns: a minute at the usual pace. */
const SKIPPED_MAXIMUM = 11;
/** A guest's family is looked at every second turn, and for each so many processes one turn later: 20 µs a process add up. */
const PROCESSES_A_TURN_LATER = 16;
/** Files grow slowly, and a guest may have some hundred. Of a guest that is off they hardly change at all. */
const DISK_EVERY_MS = 60_000;
const DISK_WHILE_OFF_EVERY_MS = 10 * 60_000;

/** What a sample needs to know of a guest. */
export interface Sampled {
  readonly state: GuestState;
  readonly run: RunningGuest | null;
  readonly folder: GuestFolder;
}

/** What was last measured of one guest, and when it is looked at again. Of a new run everything begins anew. */
export class VitalsKeeper {
  readonly #guest: Sampled;
  #run: RunningGuest | null = null;
  #sampler: InsideSampler | null = null;
  #inside: InsideVitals | null = null;
  #host: HostVitals | null = null;
  #disk: DiskVitals | null = null;
  #history: VitalsPoint[] = [];
  #failures = 0;
  #turnsToSkip = 0;
  #turnsToFamily = 0;
  #isAsking = false;

  constructor(guest: Sampled) {
    this.#guest = guest;
  }

  get vitals(): GuestVitals {
    const isThisRun = this.#guest.run !== null && this.#guest.run === this.#run;
    const inside = isThisRun ? this.#inside : null;
    return { pulse: this.#pulse(inside), inside, host: isThisRun ? this.#host : null, disk: this.#disk };
  }

  /** The newest samples of this run, oldest first. */
  get history(): readonly VitalsPoint[] {
    return this.#guest.run === this.#run ? this.#history : [];
  }

  /** The guest's turn has come. Resolves when it was looked at; never rejects. */
  async sample(): Promise<void> {
    const { run, folder } = this.#guest;
    if (run !== this.#run) this.#begin(run);
    this.#lookAtDisk(folder, run === null ? DISK_WHILE_OFF_EVERY_MS : DISK_EVERY_MS);
    if (run === null) return;
    this.#lookAtFamily(run);
    await this.#ask(run);
    if (run === this.#run) this.#remember();
  }

  #begin(run: RunningGuest | null): void {
    this.#run = run;
    this.#sampler = run === null ? null : new InsideSampler(run.mconsole);
    this.#inside = null;
    this.#host = null;
    this.#history = [];
    this.#failures = 0;
    this.#turnsToSkip = 0;
    this.#turnsToFamily = 0;
    // What it used while it was on is looked at once more when it has ended.
    this.#disk = null;
  }

  #lookAtDisk(folder: GuestFolder, everyMs: number): void {
    if (this.#disk !== null && Date.now() - Date.parse(this.#disk.at) < everyMs) return;
    this.#disk = diskUse(folder);
  }

  #lookAtFamily(run: RunningGuest): void {
    const { process } = run.record;
    this.#turnsToFamily -= 1;
    if (process === null || this.#turnsToFamily > 0) return;
    const family = readFamily(process);
    if (family === null) return;
    this.#turnsToFamily = 1 + Math.ceil(family.processes / PROCESSES_A_TURN_LATER);
    const now = Date.now();
    const before = this.#host;
    const seconds = before === null ? 0 : (now - Date.parse(before.at)) / 1000;
    const share = before === null ? 0 : (family.cpuSeconds - before.cpuSeconds) / seconds;
    const cpuPercent = seconds > 0 ? Math.max(0, Math.round(share * 1000) / 10) : null;
    this.#host = { at: new Date(now).toISOString(), ...family, cpuPercent };
  }

  async #ask(run: RunningGuest): Promise<void> {
    const sampler = this.#sampler;
    // One that still waits for its last answer is not asked again: samples never wait for each other.
    if (sampler === null || this.#isAsking) return;
    if (this.#guest.state !== "running" || run.debugger.held !== null) {
      sampler.forgetUptime();
      return;
    }
    if (this.#turnsToSkip > 0) {
      this.#turnsToSkip -= 1;
      return;
    }
    this.#isAsking = true;
    try {
      const inside = await sampler.sample();
      if (run !== this.#run) return;
      this.#inside = inside;
      this.#failures = 0;
    } catch (error) {
      // Whoever asks the guest for something comes first; this turn is left out.
      if (run !== this.#run || (error instanceof MconsoleError && error.code === "busy")) return;
      sampler.forgetUptime();
      this.#failures += 1;
      this.#turnsToSkip = Math.min(SKIPPED_MAXIMUM, 2 ** this.#failures - 1);
    } finally {
      this.#isAsking = false;
    }
  }

  #pulse(inside: InsideVitals | null): GuestVitals["pulse"] {
    if (this.#guest.run === null || this.#guest.run !== this.#run) return "off";
    if (this.#guest.state === "paused" || this.#run.debugger.held !== null) return "paused";
    if (this.#failures > 0) return "silent";
    return inside === null ? "off" : "live";
  }

  #remember(): void {
    const inside = this.#failures === 0 ? this.#inside : null;
    this.#history.push({
      at: new Date().toISOString(),
      load: inside?.load[0] ?? null,
      memoryUsedBytes: inside?.memoryUsedBytes ?? null,
      cpuPercent: this.#host?.cpuPercent ?? null,
    });
    if (this.#history.length > VITALS_HISTORY_MAXIMUM) this.#history.shift();
  }
}
