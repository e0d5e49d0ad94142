import {
  type ConsoleDefinition,
  type Disk,
  type DiskSource,
  type GuestChanges,
  type GuestDefinition,
  type NetworkInterface,
  type NewGuestInput,
  NICENESS_DEFAULT,
  type RestartPolicy,
  type Share,
} from "@corral/contracts";

/*
 * A definition as it stands in a form: numbers and lists are the text that a person is typing, which may be half of
 * something. What it means is read by `definitionOf` and judged by the schemas of the contracts.
 */

export interface DiskDraft {
  readonly ubd: string;
  readonly kind: DiskSource["kind"];
  readonly image: string;
  readonly sizeMiB: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly synchronous: boolean;
  readonly ignoreCow: boolean;
  readonly shared: boolean;
  readonly noDiscard: boolean;
  readonly serial: string;
}

export interface InterfaceDraft {
  readonly device: string;
  readonly port: string;
  readonly peerPort: string;
  readonly mac: string;
}

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly tags: string;
  readonly owner: string;
  readonly kernel: string;
  readonly memoryMiB: string;
  readonly disks: readonly DiskDraft[];
  readonly rootDevice: string;
  readonly init: string;
  readonly kernelArguments: string;
  readonly consoles: readonly ConsoleDefinition[];
  readonly umid: string;
  readonly autostart: boolean;
  readonly interfaces: readonly InterfaceDraft[];
  readonly guestLink: boolean;
  readonly restartPolicy: RestartPolicy;
  readonly cpus: string;
  readonly niceness: string;
  readonly shares: readonly Share[];
  readonly notes: string;
}

export const newDisk = (ubd: number, kind: DiskSource["kind"], image = ""): DiskDraft => ({
  ubd: String(ubd),
  kind,
  image,
  sizeMiB: "1024",
  path: "",
  readOnly: false,
  synchronous: false,
  ignoreCow: false,
  shared: false,
  noDiscard: false,
  serial: "",
});

/** What `newGuest` of the contracts makes of a guest of which only name and image are said. */
export const newDraft = (name: string, image: string): Draft => ({
  name,
  description: "",
  tags: "",
  owner: "",
  kernel: "",
  memoryMiB: "128",
  disks: [newDisk(0, "image", image)],
  rootDevice: "/dev/ubda",
  init: "",
  kernelArguments: "",
  consoles: [{ name: "con0", channel: "fd" }],
  umid: "",
  autostart: false,
  interfaces: [],
  guestLink: true,
  restartPolicy: "on-crash",
  cpus: "",
  niceness: String(NICENESS_DEFAULT),
  shares: [],
  notes: "",
});

export const draftOf = (definition: GuestDefinition): Draft => ({
  ...definition,
  tags: definition.tags.join(" "),
  memoryMiB: String(definition.memoryMiB),
  disks: definition.disks.map(diskDraftOf),
  init: definition.init ?? "",
  kernelArguments: definition.kernelArguments.join(" "),
  umid: definition.umid ?? "",
  cpus: definition.cpus?.join(" ") ?? "",
  niceness: String(definition.niceness),
  interfaces: definition.interfaces.map(({ device, port, peerPort, mac }) => ({
    device,
    port: String(port),
    peerPort: String(peerPort),
    mac: mac ?? "",
  })),
});

const diskDraftOf = ({ source, ubd, serial, ...flags }: Disk): DiskDraft => ({
  ...newDisk(ubd, source.kind),
  ...flags,
  serial: serial ?? "",
  ...(source.kind === "image" && { image: source.image }),
  ...(source.kind === "empty" && { sizeMiB: String(source.sizeMiB) }),
  ...(source.kind === "file" && { path: source.path }),
});

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
/** NaN for what is no number: the schema then says so. */
const number = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** Well formed or not: the schema decides. */
export const definitionOf = (draft: Draft): GuestDefinition => ({
  ...draft,
  name: draft.name.trim(),
  tags: words(draft.tags),
  memoryMiB: number(draft.memoryMiB),
  disks: draft.disks.map(diskOf),
  rootDevice: draft.rootDevice.trim(),
  init: orNull(draft.init),
  kernelArguments: draft.kernelArguments.split(/\s+/).filter(Boolean),
  consoles: draft.consoles.map(({ output, ...console }) => ({ ...console, ...(output !== undefined && { output }) })),
  umid: orNull(draft.umid),
  cpus: draft.cpus.trim() === "" ? null : words(draft.cpus).map(number),
  niceness: number(draft.niceness),
  shares: [...draft.shares],
  interfaces: draft.interfaces.map(interfaceOf),
});

const diskOf = ({ ubd, kind, image, sizeMiB, path, serial, ...flags }: DiskDraft): Disk => ({
  ...flags,
  ubd: number(ubd),
  serial: orNull(serial),
  source:
    kind === "image"
      ? { kind, image }
      : kind === "empty"
        ? { kind, sizeMiB: number(sizeMiB) }
        : { kind, path: path.trim() },
});

/** What it speaks follows from its name. */
export const interfaceOf = ({ device, port, peerPort, mac }: InterfaceDraft): NetworkInterface => ({
  transport: device.startsWith("eth") ? "ucast" : "l2tpv3",
  device: device.trim(),
  port: number(port),
  peerPort: number(peerPort),
  mac: orNull(mac),
});

/** The first interface that is not taken, with ports that no other has. */
export const freeInterface = (taken: readonly string[]): InterfaceDraft => {
  let number = 0;
  while (taken.includes(`vec${number}`) && number < 7) number++;
  // An even port's other end is the next one, and the other way round: two of them make a cable.
  const port = 2000 + number;
  return { device: `vec${number}`, port: String(port), peerPort: String(port ^ 1), mac: "" };
};

/** An empty owner or kernel is left to the server, which has defaults for them. */
export const newGuestOf = (draft: Draft, start: boolean): NewGuestInput => {
  const { owner, kernel, ...definition } = definitionOf(draft);
  return { ...definition, ...(owner !== "" && { owner }), ...(kernel !== "" && { kernel }), start };
};

/** Only what differs, so that two people who change different fields do not undo each other. */
export const changesBetween = (before: GuestDefinition, after: GuestDefinition): GuestChanges =>
  Object.fromEntries(
    Object.entries(after).filter(
      ([field, value]) => canonical(value) !== canonical(before[field as keyof GuestDefinition]),
    ),
  );

/** JSON in which the order of keys, which means nothing, makes no difference. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** A free name in the image's family: `debian1`, `debian2`. */
export const suggestName = (image: string, taken: ReadonlySet<string>): string => {
  const family = /^[a-z]+/.exec(image)?.[0] ?? "guest";
  let number = 1;
  while (taken.has(`${family}${number}`)) number++;
  return `${family}${number}`;
};

/** The first ubd number that no disk has, or the last where all are taken, for the schema to complain about. */
export const freeUbd = (disks: readonly DiskDraft[]): number => {
  const taken = new Set(disks.map(({ ubd }) => ubd));
  let number = 0;
  while (taken.has(String(number)) && number < 15) number++;
  return number;
};

/** The next console that a person most likely wants: con1 after con0. */
export const freeConsole = (consoles: readonly ConsoleDefinition[]): string => {
  const taken = new Set(consoles.map(({ name }) => name));
  let number = 0;
  while (taken.has(`con${number}`) && number < 15) number++;
  return `con${number}`;
};
