import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { childrenOf } from "./processes.ts";
import { dropTo } from "./sandbox.ts";

/*
 * How large a file can become that a guest writes to: a disk is a file which its root reaches through hostfs, and could
 * make as large as the host's disk is. The limit (RLIMIT_FSIZE) is the soft one alone, so that this server can raise it for
 * a larger disk later without any privilege; in the sandbox the systemCallFilter keeps everybody from changing it, and from
 * fallocate, which takes space beyond a file's end that no limit counts. What is written beyond it fails with EFBIG;
 * the signal that goes with it is ignored, since UML would die of it (docs/uml.md, "Files that are too large").
 */

const PRLIMIT = "/usr/bin/prlimit";

/**
 * Lets a guest's kernel and its helpers write files of this size. `uid`: as whom they run; null: as this server. Rejects
 * where the host forbids it.
 */
export const raiseFileLimit = async (kernel: number, bytes: number, uid: number | null): Promise<void> => {
  for (const pid of [kernel, ...childrenOf(kernel)]) {
    const limit = fileLimitOf(pid);
    if (limit === null || limit >= bytes) continue;
    // By the guest's own user: root may lack CAP_SYS_RESOURCE, as in most containers.
    const [program, ...argv] = [
      ...(uid === null ? [] : dropTo(uid)),
      PRLIMIT,
      "--pid",
      String(pid),
      `--fsize=${bytes}:`,
    ];
    await promisify(execFile)(program as string, argv).catch((error: unknown) => {
      if (fileLimitOf(pid) !== null) throw error;
    });
  }
};

/** How large files a process may make, in bytes; null when it has ended. */
const fileLimitOf = (pid: number): number | null => {
  try {
    const soft = /^Max file size\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1];
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return null;
  }
};
