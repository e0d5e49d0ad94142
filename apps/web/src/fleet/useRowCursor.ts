import type { Guest } from "@corral/contracts";
import { useRef, useState } from "react";

export interface RowCursor {
  readonly current: Guest | undefined;
  /** Steps down (or up, where negative) and takes the focus along; 0 goes back to the row where it was. */
  readonly move: (step: number) => void;
  readonly place: (id: string) => void;
  readonly rowRef: (id: string) => (row: HTMLTableRowElement | null) => void;
}

/** The row that the keyboard is at. One row at a time is in the tab order. */
export const useRowCursor = (guests: readonly Guest[]): RowCursor => {
  const [id, setId] = useState<string>();
  const rows = useRef(new Map<string, HTMLTableRowElement>());
  const index = guests.findIndex((guest) => guest.id === id);

  const move = (step: number) => {
    const from = index === -1 ? (step > 0 ? -1 : 0) : index;
    const next = guests[Math.min(guests.length - 1, Math.max(0, from + step))];
    if (next === undefined) return;
    setId(next.id);
    const row = rows.current.get(next.id);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  };

  return {
    current: guests[index],
    move,
    place: setId,
    rowRef: (rowId) => (row) => {
      if (row === null) rows.current.delete(rowId);
      else rows.current.set(rowId, row);
    },
  };
};
