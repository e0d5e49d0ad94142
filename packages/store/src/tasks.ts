import type { Task, TaskKind } from "@corral/contracts";
import { and, desc, eq, ne, notInArray, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { tasks } from "./schema.ts";

/** A task without its progress, which only the running one knows. */
export type TaskRecord = Omit<Task, "progress">;

/** Their output is what takes room: at most 64 MiB for so many. */
const TASKS_KEPT_MAXIMUM = 250;

/** All but its output, which can be large. */
const withoutOutput = {
  id: tasks.id,
  kind: tasks.kind,
  title: tasks.title,
  state: tasks.state,
  step: tasks.step,
  actor: tasks.actor,
  subject: tasks.subject,
  error: tasks.error,
  createdAt: tasks.createdAt,
  endedAt: tasks.endedAt,
};

export class Tasks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(task: { kind: TaskKind; title: string; actor: string; subject: string | null; step: string }): TaskRecord {
    const row = {
      id: newId(),
      state: "running" as const,
      error: null,
      createdAt: new Date().toISOString(),
      endedAt: null,
      ...task,
    };
    this.#db.transaction((tx) => {
      tx.insert(tasks).values(row).run();
      const newest = tx
        .select({ id: tasks.id })
        .from(tasks)
        .orderBy(desc(tasks.createdAt), desc(sql`rowid`))
        .limit(TASKS_KEPT_MAXIMUM);
      tx.delete(tasks)
        .where(and(ne(tasks.state, "running"), notInArray(tasks.id, newest)))
        .run();
    });
    return row;
  }

  find(id: string): TaskRecord | null {
    return this.#db.select(withoutOutput).from(tasks).where(eq(tasks.id, id)).get() ?? null;
  }

  /** Newest first. */
  list(): TaskRecord[] {
    return this.#db.select(withoutOutput).from(tasks).orderBy(desc(tasks.createdAt), desc(sql`rowid`)).all();
  }

  setStep(id: string, step: string): void {
    this.#db.update(tasks).set({ step }).where(eq(tasks.id, id)).run();
  }

  setOutput(id: string, output: string, outputFrom: number): void {
    this.#db.update(tasks).set({ output, outputFrom }).where(eq(tasks.id, id)).run();
  }

  output(id: string): { text: string; from: number } {
    const query = this.#db.select({ text: tasks.output, from: tasks.outputFrom }).from(tasks).where(eq(tasks.id, id));
    return query.get() ?? { text: "", from: 0 };
  }

  end(id: string, state: Exclude<Task["state"], "running">, error: string | null): void {
    this.#db
      .update(tasks)
      .set({ state, error, step: null, endedAt: new Date().toISOString() })
      .where(eq(tasks.id, id))
      .run();
  }

  /** Those that were running when the server ended, which nothing carries on. */
  listRunning(): TaskRecord[] {
    return this.#db.select(withoutOutput).from(tasks).where(eq(tasks.state, "running")).all();
  }
}
