import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * What a small guest can use of the hundred megabytes that a kernel package has: networks, file systems and block
 * devices that busybox has commands for. About 8 MB with what they depend on.
 */
const SMALL_SET = [
  ...["ipv6", "tun", "veth", "bridge", "dummy", "8021q", "macvlan", "wireguard"],
  ...["overlay", "squashfs", "fuse", "isofs", "vfat", "nls_cp437", "nls_ascii", "nls_iso8859-1", "nls_utf8"],
  ...["loop", "nbd", "zram", "lz4", "zstd"],
];

/** Index files that modprobe reads beside modules.dep. */
const INDEXES = ["modules.alias", "modules.symbols", "modules.softdep", "modules.builtin", "modules.order"];

/**
 * Copies the small set of modules, and what they depend on, from a kernel's own folder (such as
 * /usr/lib/uml/modules/6.1.176) to `target`, a lib/modules folder. Modules that this kernel has not are left out.
 */
export const copySmallSet = async (folder: string, target: string): Promise<void> => {
  const release = join(target, basename(folder));
  const lines = (await readFile(join(folder, "modules.dep"), "utf8")).split("\n").filter((line) => line !== "");
  const wanted = chosen(lines);
  for (const path of wanted) {
    await mkdir(join(release, dirname(path)), { recursive: true });
    await cp(join(folder, path), join(release, path));
  }
  await writeFile(
    join(release, "modules.dep"),
    lines
      .filter((line) => wanted.has(pathOf(line)))
      .join("\n")
      .concat("\n"),
  );
  for (const index of INDEXES) await cp(join(folder, index), join(release, index)).catch(() => {});
};

/** Paths of the modules wanted; modules.dep names for each module all others that it needs. */
const chosen = (lines: readonly string[]): Set<string> =>
  new Set(
    lines
      .filter((line) => SMALL_SET.includes(moduleName(pathOf(line))))
      .flatMap((line) => [pathOf(line), ...line.slice(line.indexOf(":") + 1).split(" ")])
      .filter((path) => path !== ""),
  );

const pathOf = (line: string): string => line.slice(0, line.indexOf(":"));

const moduleName = (path: string): string => basename(path).replace(/\.ko(\.[a-z0-9]+)?$/, "");
