import { accessSync, constants } from "node:fs";
import { basename, isAbsolute } from "node:path";
import type { foundKernel } from "@corral/contracts";
import { CorralError, type Kernel, libraryName } from "@corral/contracts";
import type { KernelRow, Store } from "@corral/store";
import type { z } from "zod";
import type { EventLog } from "../events/eventLog.ts";
import { type Author, authorOf, type Caller } from "../people/caller.ts";
import type { HostTools } from "./hostTools.ts";
import { usersFor } from "./usedBy.ts";

/** Kernels found at once; each is run to ask it what it is. */
const FOUND_MAXIMUM = 50;

/** Kernels: files of the host that an admin registered, each asked once what it can do. */
export class Kernels {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #tools: HostTools;

  constructor(store: Store, events: EventLog, tools: HostTools) {
    this.#store = store;
    this.#events = events;
    this.#tools = tools;
  }

  /** As somebody may see them. */
  list(caller: Caller): Kernel[] {
    const seenBy = usersFor(this.#store, caller);
    return this.#store.kernels.list().map((row) => shown(row, seenBy(this.#store.kernels.usedBy(row.id))));
  }

  /** UML kernels on PATH, in the usual folders, or in the folder given and below it; those that do not run here with why. */
  async find(folder?: string): Promise<z.input<typeof foundKernel>[]> {
    if (folder !== undefined && !isAbsolute(folder)) {
      throw new CorralError("invalid_request", "folder: must be an absolute path", [
        { field: "folder", message: "must be an absolute path" },
      ]);
    }
    const registered = new Set(this.#store.kernels.list().map(({ path }) => path));
    const paths = (await this.#tools.findKernels(folder)).slice(0, FOUND_MAXIMUM);
    const found: z.input<typeof foundKernel>[] = [];
    // One after the other: each is a process, and a folder may hold many.
    for (const path of paths) {
      const probed = await this.#tools.probeKernel(path).catch((error: Error) => error);
      found.push({
        path,
        version: probed instanceof Error ? null : probed.version,
        problem: probed instanceof Error ? probed.message.replace(/^path: /, "") : null,
        registered: registered.has(path),
      });
    }
    return found;
  }

  /** Throws `impossible` for a file that is no UML kernel, `name_taken`. */
  async register(path: string, name: string | undefined, author: Author): Promise<Kernel> {
    const { version, abilities, modules } = await this.#tools.probeKernel(path);
    const given = name ?? this.#freeName(path, version);
    const row = this.#store.kernels.insert({ name: given, path, version, abilities, modules });
    const message = `${author.actor} registered the kernel ${row.name} (${version})`;
    this.#events.append({ type: "kernel.registered", ...authorOf(author), subject: row.id, message });
    this.#events.changed("kernel", row.id);
    return shown(row, []);
  }

  /** Throws `not_found`, `in_use`. */
  delete(idOrName: string, author: Author): void {
    const kernel = this.#store.kernels.find(idOrName);
    if (kernel === null) throw new CorralError("not_found", "There is no such kernel.");
    this.#store.kernels.delete(kernel.id);
    const message = `${author.actor} deleted the kernel ${kernel.name}; its file stays`;
    this.#events.append({ type: "kernel.deleted", ...authorOf(author), subject: kernel.id, message });
    this.#events.changed("kernel", kernel.id);
  }

  /** Such as linux.uml-6.1.176, with a number behind it when that is taken. */
  #freeName(path: string, version: string): string {
    const plain = `${basename(path)}-${version}`.toLowerCase().replace(/[^a-z0-9._-]/g, "-");
    const base = libraryName.safeParse(plain).success ? plain : "kernel";
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? base : `${base}-${number}`;
      if (this.#store.kernels.find(name) === null) return name;
    }
  }
}

const shown = (row: KernelRow, usedBy: string[]): Kernel => {
  const problem = problemOf(row.path);
  return { ...row, available: problem === null, problem, usedBy };
};

const problemOf = (path: string): string | null => {
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch {
    return `The file ${path} is gone or may not be run. Put it back, or give its guests another kernel.`;
  }
};
