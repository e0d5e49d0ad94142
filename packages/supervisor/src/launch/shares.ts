import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { CorralError } from "@corral/contracts";
import type { GuestSpec } from "../guest/guestSpec.ts";
import { dropTo, type Mount } from "../sandbox/sandbox.ts";

/**
 * The folders of the host that a guest is given. Rejects with CorralError host_unfit, with the share's field and what the
 * folder needs, where one is not there, or was to be written to and cannot be. `uid`: as whom the guest runs; null: as
 * this server.
 */
export const shareMounts = async ({ definition }: GuestSpec, uid: number | null): Promise<Mount[]> => {
  const problems = await Promise.all(definition.shares.map((share) => whyNotShared(share, uid)));
  for (const [index, problem] of problems.entries()) {
    if (problem === null) continue;
    const share = definition.shares[index]?.name;
    throw new CorralError("host_unfit", `${definition.name} was not started: share ${share}: ${problem}`, [
      { field: `shares.${index}`, message: problem },
    ]);
  }
  return definition.shares.map(({ name, folder, readOnly }) => ({
    source: folder,
    target: `/shares/${name}`,
    writable: !readOnly,
  }));
};

const whyNotShared = async (
  { folder, readOnly }: GuestSpec["definition"]["shares"][number],
  uid: number | null,
): Promise<string | null> => {
  const facts = await stat(folder).catch(() => null);
  if (facts === null) return `${folder} is not there. Make it, or take the share out of the definition.`;
  if (!facts.isDirectory()) return `${folder} is not a folder.`;
  if (readOnly || uid === null || (await isWritableFor(uid, folder))) return null;
  return `${folder} cannot be written to by this guest: the server is root, so the guest runs as user ${uid}, to whom nothing in it belongs. Give the folder to it (chown ${uid}:${uid} '${folder}'), let others write (chmod o+rwx), or share it read-only. What the guest makes there belongs to user ${uid}.`;
};

/** Asked as that user, so that access lists count too, and from within, so that the folders above do not. */
const isWritableFor = async (uid: number, folder: string): Promise<boolean> => {
  const [program, ...argv] = [...dropTo(uid), "/usr/bin/test", "-w", ".", "-a", "-x", "."] as const;
  try {
    await promisify(execFile)(program as string, argv, { cwd: folder });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return false;
    throw error;
  }
};
