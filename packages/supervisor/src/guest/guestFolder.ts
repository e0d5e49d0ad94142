import { chmodSync, mkdirSync } from "node:fs";
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { mconsolePath, UNIX_PATH_MAXIMUM_BYTES } from "@corral/uml";
import { removeTree } from "./removeTree.ts";

/** Characters of a guest's id that name its run folder: short, since socket paths are, and still unlike any other's. */
export const SHORT_ID_LENGTH = 8;
const UMID_MAXIMUM_BYTES = 40;

/** Longest run folder below which every guest's mconsole socket has a path that fits (docs/uml.md, "umid"). */
export const RUN_FOLDER_MAXIMUM_BYTES =
  UNIX_PATH_MAXIMUM_BYTES - mconsolePath(`/${"x".repeat(SHORT_ID_LENGTH)}/u`, "x".repeat(UMID_MAXIMUM_BYTES)).length;

/** Where a guest has its umlDir and Corral's sockets, in its sandbox: docs/uml.md, "Command line", says why not where they lie. */
export const UML_DIR_INSIDE = "/corral/u";
export const SOCKETS_INSIDE = "/corral/s";
const NOTIFY_SOCKET = "notify";
export const NOTIFY_SOCKET_INSIDE = `${SOCKETS_INSIDE}/${NOTIFY_SOCKET}`;

/** Where everything of one guest lies: what lasts below the data folder, sockets below the run folder. */
export class GuestFolder {
  readonly id: string;
  /** The data folder that it is in. */
  readonly home: string;
  readonly folder: string;
  readonly run: string;

  constructor(home: string, runFolder: string, id: string) {
    this.id = id;
    this.home = home;
    this.folder = join(home, "guests", id);
    this.run = join(runFolder, id.slice(0, SHORT_ID_LENGTH));
  }

  get launchRecord(): string {
    return join(this.folder, "launch.json");
  }
  get history(): string {
    return join(this.folder, "history.json");
  }
  /** bwrap appends the child's pid and its exit code here, also while no server runs. */
  get sandboxStatus(): string {
    return join(this.folder, "sandbox-status");
  }
  /** The `systemCallFilter` of its sandbox, written anew for each launch. */
  get systemCallFilter(): string {
    return join(this.folder, "system-calls.bpf");
  }
  get kernelLog(): string {
    return join(this.folder, "kernel.log");
  }
  get disks(): string {
    return join(this.folder, "disks");
  }
  /** Files for disks that are plugged in while it runs: see slots.ts. No guest sees the folder. */
  get slots(): string {
    return join(this.folder, "slots");
  }
  /** Second names of the images of such disks, which the guest sees and cannot write to. */
  get pluggedImages(): string {
    return join(this.folder, "plugged-images");
  }
  /** Where older versions had both, in a folder in which guests made names. It is never looked into. */
  get writablePlugs(): string {
    return join(this.folder, "hot");
  }
  console(name: string): string {
    return join(this.folder, "consoles", name);
  }
  /** The only folder that a guest can write to: UML's own directory. Nothing in it is to be trusted. */
  get umlDir(): string {
    return join(this.run, "u");
  }
  /** Corral's own sockets, read-only for the guest, which can answer and notify through them all the same. */
  get sockets(): string {
    return join(this.run, "s");
  }
  get notifySocket(): string {
    return join(this.sockets, NOTIFY_SOCKET);
  }
  get mconsoleClient(): string {
    return join(this.sockets, "client-");
  }

  create(): void {
    mkdirSync(join(this.folder, "disks"), { recursive: true, mode: 0o700 });
    mkdirSync(join(this.folder, "consoles"), { recursive: true, mode: 0o700 });
    mkdirSync(this.sockets, { recursive: true, mode: 0o755 });
    // Only the folders above are closed to others: below, a guest with a user id of its own must pass.
    chmodSync(this.sockets, 0o755);
  }

  /** Takes away what a guest that is off has left in its own directory. */
  emptyUmlDir(): Promise<void> {
    return removeTree(this.umlDir);
  }

  /** An empty umid directory: UML takes a random name where an old one is in the way (docs/uml.md, "umid"). */
  async clearUmlDir(owner: number | null): Promise<void> {
    await removeTree(this.umlDir);
    mkdirSync(this.umlDir, { mode: 0o700 });
    if (owner !== null) await chown(this.umlDir, owner, owner);
  }

  async remove(): Promise<void> {
    await removeTree(this.run);
    await removeTree(this.folder);
  }
}
