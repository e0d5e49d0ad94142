import type { Guest } from "@corral/contracts";
import { useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronUp } from "lucide-react";
import { paths } from "../app/paths.ts";
import { SkeletonRows, Table, Th } from "../ui/Table.tsx";
import { ColumnsMenu } from "./ColumnsMenu.tsx";
import { useColumns } from "./chosenColumns.ts";
import type { Column } from "./columns.tsx";
import { GuestRow } from "./GuestRow.tsx";
import type { RowCursor } from "./useRowCursor.ts";
import type { Selection } from "./useSelection.ts";

interface GuestTableProps {
  readonly guests: readonly Guest[];
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly cursor: RowCursor;
  readonly selection: Selection;
}

export const GuestTable = ({ guests, sort, onSort, cursor, selection }: GuestTableProps) => {
  const navigate = useNavigate();
  const columns = useColumns();
  const all = selection.guests.length === guests.length;
  return (
    <Table label="Guests">
      <Head
        columns={columns}
        sort={sort}
        onSort={onSort}
        selectAll={
          <input
            type="checkbox"
            aria-label="Select all that are shown"
            checked={all}
            ref={(box) => {
              if (box !== null) box.indeterminate = !all && selection.guests.length > 0;
            }}
            onChange={selection.toggleAll}
          />
        }
      />
      <tbody>
        {guests.map((guest, index) => (
          <GuestRow
            key={guest.id}
            guest={guest}
            columns={columns}
            rowRef={cursor.rowRef(guest.id)}
            atCursor={cursor.current === undefined ? index === 0 : cursor.current.id === guest.id}
            selected={selection.has(guest.id)}
            onFocus={() => cursor.place(guest.id)}
            onSelect={() => selection.toggle(guest.id)}
            onOpen={() => void navigate(paths.guest(guest.definition.name))}
          />
        ))}
      </tbody>
    </Table>
  );
};

const Head = ({
  columns,
  sort,
  onSort,
  selectAll,
}: {
  columns: readonly Column[];
  sort: string;
  onSort?: (sort: string) => void;
  selectAll?: React.ReactNode;
}) => (
  <thead>
    <tr>
      <Th className="hidden w-11 pl-5! sm:table-cell">{selectAll}</Th>
      {columns.map(({ id, label, meaning, className }) => {
        const direction = sort === id ? "ascending" : sort === `-${id}` ? "descending" : undefined;
        const Arrow = direction === "descending" ? ChevronDown : ChevronUp;
        return (
          <Th key={id} className={className} aria-sort={direction}>
            <button
              type="button"
              title={meaning}
              onClick={() => onSort?.(direction === "ascending" ? `-${id}` : id)}
              className={`group/sort inline-flex max-w-full items-center gap-1 rounded-sm hover:text-ink ${className.includes("text-right") ? "flex-row-reverse" : ""} ${direction === undefined ? "" : "text-ink"}`}
            >
              <span className={id === "state" ? "sr-only sm:not-sr-only" : ""}>{label}</span>
              <Arrow
                aria-hidden
                size={12}
                className={direction === undefined ? "opacity-0 group-hover/sort:opacity-50" : ""}
              />
            </button>
          </Th>
        );
      })}
      <Th className="w-20 pr-4! text-right">
        <span className="sr-only">Actions</span>
        <ColumnsMenu shown={columns} />
      </Th>
    </tr>
  </thead>
);

export const GuestTableSkeleton = ({ sort }: { sort: string }) => {
  const columns = useColumns();
  return (
    <Table label="Guests are being read">
      <Head columns={columns} sort={sort} />
      <tbody>
        <SkeletonRows
          rows={8}
          columns={["hidden sm:table-cell pl-5!", ...columns.map(({ className }) => className), "pr-4!"]}
        />
      </tbody>
    </Table>
  );
};
