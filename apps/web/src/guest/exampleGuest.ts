import type { Guest, GuestDefinition } from "@corral/contracts";

/** A stopped guest over the demo image, for tests of what only reads guests. */
export const exampleGuest = ({
  definition,
  ...guest
}: Partial<Omit<Guest, "definition">> & { definition?: Partial<GuestDefinition> } = {}): Guest => ({
  id: "abcdefghij012345",
  state: "stopped",
  since: "2026-01-01T00:00:00Z",
  startedAt: null,
  pid: null,
  boots: 0,
  bootRetries: 0,
  restartNeeded: false,
  ending: null,
  progress: null,
  stopDeadline: null,
  consoles: [],
  createdAt: "2026-01-01T00:00:00Z",
  ...guest,
  definition: {
    name: "guest1",
    description: "",
    tags: [],
    owner: "admin",
    kernel: "linux-6.1",
    memoryMiB: 128,
    disks: [
      {
        ubd: 0,
        source: { kind: "image", image: "demo" },
        readOnly: false,
        synchronous: false,
        ignoreCow: false,
        shared: false,
        noDiscard: false,
        serial: null,
      },
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
    notes: "",
    ...definition,
  },
});
