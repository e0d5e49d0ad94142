import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { isAlive } from "../sandbox/processes.ts";
import { owningUserNamespace } from "../syscalls.ts";

/** Descriptors of the namespaces in which a debugger of a guest has to be. Whoever opens them closes them. */
export interface GuestNamespaces {
  readonly pid: number;
  /**
   * The user namespace in which the sandbox was made, and the inner one that its kernel runs in, where there is one
   * (bwrap makes it for --disable-userns); null where the guest is in this server's own, which then is root's.
   */
  readonly user: { readonly owner: number; readonly inner: number | null } | null;
}

/** Throws when the guest has ended, or when it cannot be entered. */
export const openNamespaces = (kernel: ProcessIdentity): GuestNamespaces => {
  const opened: number[] = [];
  const open = (fd: number): number => {
    opened.push(fd);
    return fd;
  };
  try {
    const pid = open(openSync(`/proc/${kernel.pid}/ns/pid`, "r"));
    const inner = open(openSync(`/proc/${kernel.pid}/ns/user`, "r"));
    if (!isAlive(kernel)) throw new Error("the guest has ended, or cannot be looked at");
    if (isOwn(pid, "pid")) throw new Error("the guest has no pid namespace of its own");
    if (isOwn(inner, "user")) {
      closeSync(inner);
      return { pid, user: null };
    }
    const owner = open(owningUserNamespace(pid));
    if (fstatSync(owner).ino !== fstatSync(inner).ino) return { pid, user: { owner, inner } };
    closeSync(inner);
    return { pid, user: { owner, inner: null } };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
};

export const closeNamespaces = ({ pid, user }: GuestNamespaces): void => {
  for (const fd of [pid, user?.owner, user?.inner]) if (fd != null) closeSync(fd);
};

const isOwn = (fd: number, kind: string): boolean => fstatSync(fd).ino === statSync(`/proc/self/ns/${kind}`).ino;
