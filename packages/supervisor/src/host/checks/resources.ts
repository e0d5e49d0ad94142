import { existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { descriptorLimit, reservedDescriptors } from "../../descriptors.ts";
import { START_FREE_MINIMUM_BYTES } from "../../guest/roomToStart.ts";
import { type Check, failure, good, warning } from "../check.ts";

/** Below this much the first Debian image does not fit, and logs of busy guests soon do not. */
const DISK_LITTLE_BYTES = 5 * 1024 ** 3;
/** One small guest and the server. */
const MEMORY_LITTLE_BYTES = 512 * 1024 ** 2;
/** What the server has open for itself, and for a guest that runs, apart from its consoles. */
const FILES_OF_SERVER = 64;
const FILES_OF_GUEST = 8;
/** The master of a console's pty, its log and the log's index. */
const FILES_OF_CONSOLE = 3;
/** With fewer than these a server with some guests and people is soon at its end; so many are enough for most. */
const FILES_FEW = 700;
const FILES_PLENTY = 65_536;
const SHM_SMALL_BYTES = 64 * 1024 ** 2;

const GIB = 1024 ** 3;
/** The folder itself, or the one in which it will be made. */
const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));

/** By their folders, since the checks know no database. */
const guestsIn = (home: string): { readonly guests: number; readonly consoles: number } => {
  const guests = namesIn(join(home, "guests")).filter((id) => existsSync(join(home, "guests", id, "consoles")));
  const consoles = guests.reduce((sum, id) => sum + namesIn(join(home, "guests", id, "consoles")).length, 0);
  return { guests: guests.length, consoles };
};

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** With less than a tenth of a GiB, 0.0 GiB would say nothing. */
const inGib = (bytes: number): string =>
  bytes < GIB / 10 ? `${Math.floor(bytes / 1024 ** 2)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;

export const resources = (home: string): readonly Check[] => [
  {
    id: "disk",
    title: "Disk space",
    look: () => {
      const { bavail, bsize } = statfsSync(existing(home));
      const free = bavail * bsize;
      const found = `${inGib(free)} free where Corral keeps its data (${home}).`;
      if (free < START_FREE_MINIMUM_BYTES) {
        return failure(
          found,
          `Guests are not started with less than ${inGib(START_FREE_MINIMUM_BYTES)}, and console history is soon not kept.`,
          "Free some space, or set CORRAL_HOME to a folder on a larger disk.",
        );
      }
      if (free < DISK_LITTLE_BYTES) {
        return warning(
          found,
          "A Debian image takes about 1 GiB, and each guest grows with what it writes.",
          "Free some space, or set CORRAL_HOME to a folder on a larger disk.",
        );
      }
      return good(found);
    },
  },
  {
    id: "memory",
    title: "Memory",
    look: () => {
      const kib = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
      const available = Number(kib ?? 0) * 1024;
      const found = `${inGib(available)} available.`;
      return available < MEMORY_LITTLE_BYTES
        ? warning(
            found,
            "A guest takes what it uses of its memory, at least 20 MiB; when the host runs out, it kills guests.",
            "End other programs, or give guests less memory.",
          )
        : good(found);
    },
  },
  {
    id: "shm",
    title: "Shared memory (tmpfs)",
    look: () => {
      const mount = readFileSync("/proc/self/mounts", "utf8")
        .split("\n")
        .find((line) => line.split(" ")[1] === "/dev/shm");
      // Each sandbox has a /dev/shm of its own, so that of the host matters only to kernels probed outside one.
      if (mount === undefined) return good("The host has no /dev/shm; each guest's sandbox has one of its own.");
      const { blocks, bsize } = statfsSync("/dev/shm");
      return blocks * bsize < SHM_SMALL_BYTES
        ? good(`The host's is small (${inGib(blocks * bsize)}); each guest's sandbox has one of its own.`)
        : good("Each guest's sandbox has one of its own, as large as the guest's memory.");
    },
  },
  {
    id: "open-files",
    title: "Open files",
    look: () => {
      const limit = descriptorLimit();
      const { guests, consoles } = guestsIn(home);
      const needed = FILES_OF_SERVER + guests * FILES_OF_GUEST + consoles * FILES_OF_CONSOLE;
      const usable = limit - reservedDescriptors(limit);
      const found = `At most ${Number.isFinite(limit) ? limit : "unlimited"} in this process.`;
      if (usable >= Math.max(needed, FILES_FEW)) return good(found);
      const [meaning, enough] =
        usable < needed
          ? [
              `If all ${guests} guests of this data folder with their ${consoles} consoles ran at once, that would take about ${needed}; a quarter is kept for launches and control. Those that go beyond it are not started.`,
              needed * 2,
            ]
          : ["A guest that runs takes about a dozen, and each person who looks on a few.", FILES_PLENTY];
      return warning(
        found,
        meaning,
        `Let it have ${Math.max(enough, FILES_PLENTY)}: LimitNOFILE= in its systemd unit, or ulimit -n in the shell that starts it (root can raise the hard limit).`,
      );
    },
  },
];
