import { type Guest, type GuestState, guestState } from "@corral/contracts";
import type { ReactNode } from "react";
import { formatMebibytes } from "../ui/quantities.ts";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Tag } from "../ui/Tag.tsx";
import { Uptime } from "../ui/Time.tsx";

export interface Column {
  readonly id: string;
  readonly label: string;
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

export const COLUMNS: readonly Column[] = [
  {
    id: "state",
    label: "State",
    className: "w-9 sm:w-28",
    key: ({ state }) => urgency.indexOf(state),
    cell: ({ state }) => <StateBadge state={state} />,
  },
  {
    id: "name",
    label: "Name",
    className: "",
    key: ({ definition }) => definition.name,
    cell: () => null,
  },
  {
    id: "owner",
    label: "Owner",
    className: "w-24 hidden lg:table-cell",
    look: "text-muted",
    key: ({ definition }) => definition.owner,
    cell: ({ definition }) => definition.owner,
  },
  {
    id: "kernel",
    label: "Kernel",
    className: "w-34 hidden xl:table-cell",
    look: "text-muted",
    key: ({ definition }) => definition.kernel,
    cell: ({ definition }) => definition.kernel,
  },
  {
    id: "image",
    label: "Image",
    className: "w-32 hidden md:table-cell",
    look: "text-muted",
    key: imageOf,
    cell: imageOf,
  },
  {
    id: "memory",
    label: "Memory",
    className: "w-24 hidden md:table-cell text-right",
    key: ({ definition }) => definition.memoryMiB,
    cell: ({ definition }) => formatMebibytes(definition.memoryMiB),
  },
  {
    id: "uptime",
    label: "Uptime",
    className: "w-24 text-right",
    // The longest running last, like every other number; what is off has none.
    key: (guest) => (isOn(guest) && guest.startedAt !== null ? -Date.parse(guest.startedAt) : Number.NEGATIVE_INFINITY),
    cell: (guest) =>
      isOn(guest) && guest.startedAt !== null ? (
        <Uptime since={guest.startedAt} />
      ) : (
        <span className="text-faint">—</span>
      ),
  },
  {
    id: "tags",
    label: "Tags",
    className: "w-44 hidden min-[1360px]:table-cell pl-5!",
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
