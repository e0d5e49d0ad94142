import { CorralError, type Image, type NewDebianImage, type Task, type TaskKind } from "@corral/contracts";
import { type ImageRow, newId, type Store, whenUnlocked } from "@corral/store";
import type { BuiltImage, ImageBuild } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { type Author, authorOf, type Caller } from "../people/caller.ts";
import type { TaskRunner } from "../tasks/taskRunner.ts";
import type { HostTools } from "./hostTools.ts";
import type { ImageFolder } from "./imageFolder.ts";
import { usersFor } from "./usedBy.ts";

export const DEMO_IMAGE = "demo";
/** How long an image that is ready waits for another process to let go of the database: it took minutes to make. */
const INSERT_PATIENCE_MS = 10 * 60_000;

interface ImagesOptions {
  readonly store: Store;
  readonly events: EventLog;
  readonly tasks: TaskRunner;
  readonly folder: ImageFolder;
  readonly tools: HostTools;
}

interface NewImage {
  readonly kind: TaskKind;
  readonly title: string;
  readonly name: string;
  readonly make: (build: ImageBuild) => Promise<BuiltImage>;
}

/** Images: made by tasks, never changed, deleted only when no guest's disk stands on them. */
export class Images {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #tasks: TaskRunner;
  readonly #folder: ImageFolder;
  readonly #tools: HostTools;

  constructor({ store, events, tasks, folder, tools }: ImagesOptions) {
    this.#store = store;
    this.#events = events;
    this.#tasks = tasks;
    this.#folder = folder;
    this.#tools = tools;
  }

  /** Called once, at the start: removes files that no image has. */
  sweep(): void {
    this.#folder.sweep(this.#store.images.list().map(({ file }) => file));
  }

  /** As somebody may see them. */
  list(caller: Caller): Promise<Image[]> {
    const seenBy = usersFor(this.#store, caller);
    return Promise.all(
      this.#store.images.list().map(async (row) => {
        const { file, mtimeS: _mtimeS, ...shown } = row;
        const { diskBytes, problem } = await this.#folder.condition(file, row);
        const usedBy = seenBy(this.#store.images.usedBy(row.id));
        return { ...shown, diskBytes, problem, available: problem === null, usedBy };
      }),
    );
  }

  buildDemo(author: Author): Task {
    return this.#start(author, {
      kind: "build-demo-image",
      title: "Build the demo image",
      name: DEMO_IMAGE,
      make: (build) => this.#tools.buildDemoImage({ modules: this.#modules() }, build),
    });
  }

  buildDebian(request: NewDebianImage, author: Author): Task {
    const { name, ...wanted } = request;
    return this.#start(author, {
      kind: "build-debian-image",
      title: `Build the Debian image ${name} (${wanted.suite})`,
      name,
      make: (build) => this.#tools.buildDebianImage({ ...wanted, modules: this.#modules() }, build),
    });
  }

  /** Rejects at once with `impossible` for a file that is no disk, however much waits to be made. */
  async register({ name, path }: { readonly name: string; readonly path: string }, author: Author): Promise<Task> {
    await this.#tools.checkFile(path);
    return this.#start(author, {
      kind: "register-image",
      title: `Register ${path} as the image ${name}`,
      name,
      make: (build) => this.#tools.registerFile({ path }, build),
    });
  }

  /** Throws `not_found`, `in_use`. */
  async delete(idOrName: string, author: Author): Promise<void> {
    const image = this.#store.images.find(idOrName);
    if (image === null) throw new CorralError("not_found", "There is no such image.");
    // The row first: the database refuses when a guest uses it, and a file without a row is swept at the next start.
    this.#store.images.delete(image.id);
    await this.#folder.remove(image.file);
    const message = `${author.actor} deleted the image ${image.name}`;
    this.#events.append({ type: "image.deleted", ...authorOf(author), subject: image.id, message });
    this.#events.changed("image", image.id);
  }

  #start(author: Author, { kind, title, name, make }: NewImage): Task {
    this.#refuseTakenName(name);
    return this.#tasks.submit({
      kind,
      title,
      subject: name,
      author: authorOf(author),
      work: async ({ signal, output, progress }) => {
        const file = `${newId()}.img`;
        const { origin, login, facts } = await make({
          file: this.#folder.file(file),
          workFolder: this.#folder.path,
          signal,
          onOutput: output,
          onProgress: progress,
        });
        const { sizeBytes, mtimeS, sha256 } = facts;
        await this.#register({ name, file, origin, login, sizeBytes, mtimeS, sha256 }, author);
      },
    });
  }

  async #register(image: Omit<ImageRow, "id" | "createdAt">, author: Author): Promise<void> {
    try {
      const { id, name } = await whenUnlocked(() => this.#store.images.insert(image), INSERT_PATIENCE_MS);
      const message = `${author.actor} made the image ${name}`;
      this.#events.append({ type: "image.created", ...authorOf(author), subject: id, message });
      this.#events.changed("image", id);
    } catch (error) {
      await this.#folder.remove(image.file);
      throw error;
    }
  }

  /** Images are given modules of all kernels, since any of them may boot a guest from it. */
  #modules(): string[] {
    return this.#store.kernels.list().flatMap(({ modules }) => modules ?? []);
  }

  #refuseTakenName(name: string): void {
    const isBeingMade = this.#tasks.list().some(({ state, subject }) => state === "running" && subject === name);
    if (this.#store.images.find(name) === null && !isBeingMade) return;
    const what = isBeingMade ? "An image named so is being made" : "There is an image named so";
    throw new CorralError("name_taken", `${what} already: ${name}. Choose another name.`);
  }
}
