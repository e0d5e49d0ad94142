import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GuestDefinition } from "@corral/contracts";
import { onTestFinished } from "vitest";
import type { ImageRow } from "../images.ts";
import type { KernelRow } from "../kernels.ts";
import { openStore, type Store } from "../store.ts";

/** A data folder of the running test's own, which goes when the test ends. */
export const temporaryHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), "corral-store-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

export const temporaryStore = (): Store => {
  const store = openStore(temporaryHome());
  onTestFinished(() => store.close());
  return store;
};

export const someKernel: Omit<KernelRow, "id" | "createdAt"> = {
  name: "debian",
  path: "/usr/bin/linux.uml",
  version: "6.1.176",
  modules: null,
  abilities: {
    ubd: true,
    hostfs: true,
    mconsole: true,
    watchdog: true,
    channels: ["fd", "null", "none"],
    ethTransports: [],
    vector: true,
    seccomp: false,
    rootFileSystems: ["ext4"],
  },
};

export const someImage: Omit<ImageRow, "id" | "createdAt"> = {
  name: "demo",
  file: "demo.img",
  origin: { kind: "demo" },
  login: { user: "root", password: null, note: "" },
  sizeBytes: 64 * 1024 * 1024,
  mtimeS: 1_700_000_000,
  sha256: "0".repeat(64),
};

const noFlags = { readOnly: false, synchronous: false, ignoreCow: false, shared: false, noDiscard: false };

export const someDefinition: GuestDefinition = {
  name: "web1",
  description: "",
  tags: ["test"],
  owner: "alice",
  kernel: "debian",
  memoryMiB: 64,
  disks: [
    { ubd: 0, source: { kind: "image", image: "demo" }, serial: null, ...noFlags },
    { ubd: 1, source: { kind: "empty", sizeMiB: 8 }, serial: "DATA", ...noFlags },
  ],
  rootDevice: "/dev/ubda",
  init: null,
  kernelArguments: [],
  consoles: [{ name: "con0", channel: "fd" }],
  umid: null,
  autostart: false,
  restartPolicy: "on-crash",
  cpus: null,
  niceness: 0,
  shares: [],
  interfaces: [],
  guestLink: true,
  notes: "",
};
