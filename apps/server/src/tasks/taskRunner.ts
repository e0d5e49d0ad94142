import { CorralError, type Task, type TaskKind } from "@corral/contracts";
import { ifWritable, type Store, type TaskRecord, whenUnlocked } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import type { EventLog } from "../events/eventLog.ts";
import type { Author } from "../people/caller.ts";
import { TaskOutput } from "./taskOutput.ts";

/** Tasks that wait while one runs. */
const WAITING_MAXIMUM = 20;
/** How often what a task printed is stored; what a crash of the server may lose. */
const SAVE_EVERY_MS = 2_000;
/** How long a task's end waits for another process to let go of the database. Without it the next start calls it interrupted. */
const END_PATIENCE_MS = 60_000;
/** How long a task may take to end after it was cancelled before the server stops without it. */
const CANCEL_GRACE_MS = 5_000;

/** How a task's work tells what it does, and hears that it is to end. */
export interface TaskContext {
  readonly signal: AbortSignal;
  readonly output: (text: string) => void;
  /** How far it is, 0 to 1 (null: it cannot tell), and what it does now. */
  readonly progress: (fraction: number | null, step: string) => void;
}

export interface NewTask {
  readonly kind: TaskKind;
  readonly title: string;
  readonly subject: string | null;
  readonly author: Author;
  readonly work: (context: TaskContext) => Promise<void>;
}

interface LiveTask {
  readonly record: TaskRecord;
  readonly work: NewTask["work"];
  readonly cancel: AbortController;
  readonly output: TaskOutput;
  step: string;
  progress: number | null;
}

/**
 * Runs long work, one heavy task at a time, whoever watches. Tasks and their output are kept in the store; those that
 * wait or run are here too.
 */
export class TaskRunner {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #log: FastifyBaseLogger;
  readonly #live = new Map<string, LiveTask>();
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(store: Store, events: EventLog, log: FastifyBaseLogger) {
    this.#store = store;
    this.#events = events;
    this.#log = log;
  }

  /** Tells of tasks that ended with the last server. Called once, at the start. */
  buryInterrupted(): void {
    for (const task of this.#store.tasks.listRunning()) {
      const why = "The server ended while this was running, and nothing carries it on. Start it again.";
      void this.#end(task, "failed", why);
    }
  }

  /** Throws `too_many_requests` when too many wait already. */
  submit({ kind, title, subject, author, work }: NewTask): Task {
    if (this.#isClosed) throw new CorralError("cancelled", "The server is stopping. Try again when it is back.");
    if (this.#live.size > WAITING_MAXIMUM) {
      throw new CorralError("too_many_requests", `${WAITING_MAXIMUM} tasks wait already. Cancel one, or wait.`);
    }
    const step = this.#running === null ? "Starting" : "Waiting for other tasks";
    const { actor } = author;
    const record = this.#store.tasks.insert({ kind, title, subject, actor, step });
    const cancel = new AbortController();
    this.#live.set(record.id, { record, work, cancel, output: new TaskOutput(), step, progress: null });
    this.#events.append({ type: "task.started", ...author, subject: record.id, message: `${actor} started: ${title}` });
    this.#runNext();
    return this.#shown(record);
  }

  find(id: string): Task | null {
    const record = this.#store.tasks.find(id);
    return record && this.#shown(record);
  }

  /** Newest first. */
  list(): Task[] {
    return this.#store.tasks.list().map((record) => this.#shown(record));
  }

  /** What a task printed from character `since` on, or from the first one that is kept. */
  output(id: string, since: number): { text: string; from: number; next: number } {
    const { text, from } = this.#live.get(id)?.output ?? this.#store.tasks.output(id);
    const start = Math.min(Math.max(since, from), from + text.length);
    return { text: text.slice(start - from), from: start, next: from + text.length };
  }

  /** Throws `not_found`, and `wrong_state` for a task that has ended. */
  cancel(id: string): Task {
    const task = this.#live.get(id);
    if (task === undefined) {
      if (this.#store.tasks.find(id) === null) throw noSuchTask();
      throw new CorralError("wrong_state", "This task has ended already.");
    }
    this.#abort(task);
    return this.find(id) ?? this.#shown(task.record);
  }

  /** Cancels everything and waits for it, but not for ever. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const task of this.#live.values()) this.#abort(task);
    const grace = new Promise<void>((resolve) => setTimeout(resolve, CANCEL_GRACE_MS).unref());
    await Promise.race([this.#running, grace]);
  }

  #abort(task: LiveTask): void {
    task.cancel.abort();
    // One that still waits has nothing to clean up.
    if (this.#running === null || this.#first() !== task) void this.#finish(task, "cancelled", null);
    else this.#setStep(task, "Cancelling");
  }

  /** The running one, or the one that is next: the map keeps the order in which they came. */
  #first(): LiveTask | undefined {
    return this.#live.values().next().value;
  }

  #runNext(): void {
    const task = this.#first();
    if (this.#running !== null || task === undefined) return;
    this.#running = this.#run(task).finally(() => {
      this.#running = null;
      this.#runNext();
    });
  }

  async #run(task: LiveTask): Promise<void> {
    const { record, cancel, output } = task;
    const saving = setInterval(() => this.#saveOutput(task), SAVE_EVERY_MS);
    const told = () => this.#events.changed("task", record.id);
    try {
      this.#setStep(task, "Starting");
      await task.work({
        signal: cancel.signal,
        output: (text) => {
          output.add(text);
          told();
        },
        progress: (fraction, step) => {
          task.progress = fraction === null ? null : Math.min(1, Math.max(0, fraction));
          if (step !== task.step) this.#setStep(task, step);
          told();
        },
      });
      await this.#finish(task, "done", null);
    } catch (error) {
      if (cancel.signal.aborted) await this.#finish(task, "cancelled", null);
      else await this.#finish(task, "failed", error instanceof Error ? error.message : String(error));
    } finally {
      clearInterval(saving);
    }
  }

  /** A disk that is full must not end the task, or the server, whose output there is no room for. */
  #saveOutput({ record, output }: LiveTask): void {
    try {
      this.#store.tasks.setOutput(record.id, output.text, output.from);
    } catch (error) {
      this.#log.warn({ err: error, task: record.id }, "a task's output could not be stored");
    }
  }

  #setStep(task: LiveTask, step: string): void {
    task.step = step;
    ifWritable(() => this.#store.tasks.setStep(task.record.id, step));
    this.#events.changed("task", task.record.id);
  }

  async #finish(task: LiveTask, state: "done" | "failed" | "cancelled", error: string | null): Promise<void> {
    this.#saveOutput(task);
    this.#live.delete(task.record.id);
    await this.#end(task.record, state, error);
  }

  /** Never rejects. */
  async #end(task: TaskRecord, state: "done" | "failed" | "cancelled", error: string | null): Promise<void> {
    try {
      await whenUnlocked(() => this.#store.tasks.end(task.id, state, error), END_PATIENCE_MS);
    } catch (failure) {
      this.#log.error({ err: failure, task: task.id, state, error }, "a task's end could not be stored");
    }
    const because = error === null ? "" : `: ${error}`;
    const message = `${task.title}: ${state}${because}`;
    this.#events.append({
      type: "task.ended",
      actor: task.actor,
      by: null,
      from: null,
      result: state === "done" ? "done" : "failed",
      subject: task.id,
      message,
      data: { state },
    });
  }

  #shown(record: TaskRecord): Task {
    const live = this.#live.get(record.id);
    return { ...record, step: live?.step ?? record.step, progress: live?.progress ?? null };
  }
}

export const noSuchTask = (): CorralError =>
  new CorralError("not_found", "There is no such task. Old ones are forgotten.");
