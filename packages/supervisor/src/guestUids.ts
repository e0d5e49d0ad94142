import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { writeWhole } from "./guest/writeWhole.ts";

/** User ids that no distribution gives to anybody: far above accounts, below the range of systemd's containers. */
export const GUEST_UIDS_FIRST = 300_000;
export const GUEST_UIDS_COUNT = 65_536;

/**
 * The user id that a guest runs as when the server is root: one of its own, kept in its folder for good, since its
 * disks belong to it. null when the server is not root.
 */
export const uidOf = (guests: string, id: string): number | null => {
  if (process.getuid?.() !== 0) return null;
  const own = readUid(guests, id);
  if (own !== null && !Number.isInteger(own)) {
    throw new CorralError(
      "host_unfit",
      `${join(guests, id, "uid")} is damaged: it holds the number of the user that the guest runs as. Write there the owner ` +
        `of its disks (stat -c %u ${join(guests, id, "disks")}/*), and start again.`,
    );
  }
  if (own !== null) return own;
  const taken = new Set(readdirSync(guests).map((other) => readUid(guests, other)));
  for (let uid = GUEST_UIDS_FIRST; uid < GUEST_UIDS_FIRST + GUEST_UIDS_COUNT; uid += 1) {
    if (taken.has(uid)) continue;
    writeWhole(join(guests, id, "uid"), `${uid}\n`, { durable: true });
    return uid;
  }
  throw new Error(`All ${GUEST_UIDS_COUNT} user ids for guests are taken.`);
};

const readUid = (guests: string, id: string): number | null => {
  const path = join(guests, id, "uid");
  return existsSync(path) ? Number(readFileSync(path, "utf8")) : null;
};
