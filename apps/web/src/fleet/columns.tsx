import { type Guest, type GuestState, type GuestVitals, guestState } from "@corral/contracts";
import type { ReactNode } from "react";
import { formatBytes, formatMebibytes } from "../ui/quantities.ts";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Tag } from "../ui/Tag.tsx";
import { Uptime } from "../ui/Time.tsx";

export interface Column {
  readonly id: string;
  readonly label: string;
  /** In full, where the label is short. */
  readonly meaning?: string;
  /** Whether it is shown to who has chosen nothing else. */
  readonly usual: boolean | "always";
  /** Width, alignment, and from which width of the window on it is shown: for the header too. */
  readonly className: string;
  readonly look?: string;
  readonly key: (guest: Guest) => string | number;
  readonly cell: (guest: Guest) => ReactNode;
}

/** What wants attention comes first. */
const urgency: readonly GuestState[] = ["crashed", "starting", "booting", "stopping", "running", "paused", "stopped"];

const imageOf = ({ definition: { disks } }: Guest): string => {
  const source = disks[0]?.source;
  if (source === undefined) return "—";
  return source.kind === "image" ? source.image : source.kind;
};

export const isOn = ({ state }: Guest): boolean => state !== "stopped" && state !== "crashed";

/** What is not known comes before the smallest. */
const UNKNOWN = -1;
const NOTHING = <span className="text-faint">—</span>;

/** What a guest said of itself; pale where it does not answer any more. */
const measured = ({ pulse }: GuestVitals, value: ReactNode): ReactNode =>
  value == null ? NOTHING : pulse === "live" ? value : <span className="text-faint">{value}</span>;

export const COLUMNS: readonly Column[] = [
  {
    id: "state",
    label: "State",
    usual: "always",
    className: "w-9 sm:w-28",
    key: ({ state }) => urgency.indexOf(state),
    cell: ({ state, debugger: held }) => <StateBadge state={state} debugger={held} />,
  },
  {
    id: "name",
    label: "Name",
    usual: "always",
    className: "",
    key: ({ definition }) => definition.name,
    cell: () => null,
  },
  {
    id: "owner",
    label: "Owner",
    usual: true,
    className: "w-24 hidden lg:table-cell",
    look: "text-muted",
    key: ({ definition }) => definition.owner,
    cell: ({ definition }) => definition.owner,
  },
  {
    id: "kernel",
    label: "Kernel",
    usual: true,
    className: "w-34 hidden xl:table-cell",
    look: "text-muted",
    key: ({ definition }) => definition.kernel,
    cell: ({ definition }) => definition.kernel,
  },
  {
    id: "image",
    label: "Image",
    usual: true,
    className: "w-32 hidden md:table-cell",
    look: "text-muted",
    key: imageOf,
    cell: imageOf,
  },
  {
    id: "memory",
    label: "Memory",
    usual: true,
    className: "w-24 hidden md:table-cell text-right",
    key: ({ definition }) => definition.memoryMiB,
    cell: ({ definition }) => formatMebibytes(definition.memoryMiB),
  },
  {
    id: "used",
    label: "Used",
    meaning: "Memory in use inside",
    usual: true,
    className: "w-22 hidden xl:table-cell text-right",
    key: ({ vitals }) => vitals.inside?.memoryUsedBytes ?? UNKNOWN,
    cell: ({ vitals }) => measured(vitals, vitals.inside && formatBytes(vitals.inside.memoryUsedBytes)),
  },
  {
    id: "load",
    label: "Load",
    meaning: "Load of the last minute",
    usual: true,
    className: "w-16 hidden lg:table-cell text-right",
    key: ({ vitals }) => vitals.inside?.load[0] ?? UNKNOWN,
    cell: ({ vitals }) => measured(vitals, vitals.inside?.load[0].toFixed(2)),
  },
  {
    id: "cpu",
    label: "CPU",
    meaning: "Processor, of one core of the host",
    usual: true,
    className: "w-18 hidden lg:table-cell text-right",
    key: ({ vitals }) => vitals.host?.cpuPercent ?? UNKNOWN,
    cell: ({ vitals: { host } }) => (host?.cpuPercent == null ? NOTHING : `${host.cpuPercent.toFixed(1)} %`),
  },
  {
    id: "tasks",
    label: "Tasks",
    meaning: "Processes and threads inside",
    usual: false,
    className: "w-16 hidden md:table-cell text-right",
    key: ({ vitals }) => vitals.inside?.tasks ?? UNKNOWN,
    cell: ({ vitals }) => measured(vitals, vitals.inside?.tasks),
  },
  {
    id: "release",
    label: "Runs",
    meaning: "Kernel that is running",
    usual: false,
    className: "w-24 hidden md:table-cell",
    look: "text-muted",
    key: ({ vitals }) => vitals.inside?.kernel ?? "",
    cell: ({ vitals }) => measured(vitals, vitals.inside?.kernel),
  },
  {
    id: "resident",
    label: "On host",
    meaning: "Memory that it takes on the host",
    usual: false,
    className: "w-22 hidden md:table-cell text-right",
    key: ({ vitals }) => vitals.host?.residentBytes ?? UNKNOWN,
    cell: ({ vitals: { host } }) => (host === null ? NOTHING : formatBytes(host.residentBytes)),
  },
  {
    id: "disk",
    label: "Disk",
    meaning: "Space that its disks and logs take",
    usual: false,
    className: "w-22 hidden md:table-cell text-right",
    key: ({ vitals }) => (vitals.disk === null ? UNKNOWN : vitals.disk.disksBytes + vitals.disk.logsBytes),
    cell: ({ vitals: { disk } }) => (disk === null ? NOTHING : formatBytes(disk.disksBytes + disk.logsBytes)),
  },
  {
    id: "uptime",
    label: "Uptime",
    usual: true,
    className: "w-24 text-right",
    // The longest running last, like every other number; what is off has none.
    key: (guest) => (isOn(guest) && guest.startedAt !== null ? -Date.parse(guest.startedAt) : Number.NEGATIVE_INFINITY),
    cell: (guest) => (isOn(guest) && guest.startedAt !== null ? <Uptime since={guest.startedAt} /> : NOTHING),
  },
  {
    id: "tags",
    label: "Tags",
    usual: true,
    className: "w-44 hidden min-[1500px]:table-cell pl-5!",
    key: ({ definition }) => definition.tags.join(" "),
    cell: ({ definition }) => (
      <span className="flex gap-1 overflow-hidden">
        {definition.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
      </span>
    ),
  },
];

/** `sort` is a column's id, with - before it for descending; guests that are equal in it stay in the order of names. */
export const sortGuests = (guests: readonly Guest[], sort: string): Guest[] => {
  const descending = sort.startsWith("-");
  const column = COLUMNS.find(({ id }) => id === sort.replace("-", "")) ?? COLUMNS[1];
  if (column === undefined) return [...guests];
  return guests.toSorted((a, b) => {
    const order = compare(column.key(a), column.key(b));
    return (descending ? -order : order) || compare(a.definition.name, b.definition.name);
  });
};

const compare = (a: string | number, b: string | number): number => {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
};

export const countByState = (guests: readonly Guest[]): readonly (readonly [GuestState, number])[] =>
  guestState.options
    .map((state) => [state, guests.filter((guest) => guest.state === state).length] as const)
    .filter(([, count]) => count > 0);
