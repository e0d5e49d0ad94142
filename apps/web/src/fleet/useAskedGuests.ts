import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { guestsQuery } from "../api/queries.ts";
import { sortGuests } from "./columns.tsx";
import { parseFilter } from "./filter.ts";

/** What a page's address says of the guests to show: a filter's text, and a column with "-" for the other way round. */
export interface GuestSearch {
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
}

/**
 * The guests that the address asks for, and a way to ask otherwise, which leaves out of the address what is usual.
 * `navigate` replaces the address's search.
 */
export const useAskedGuests = (
  { q = "", sort: asked }: GuestSearch,
  usualSort: string,
  navigate: (search: (before: GuestSearch) => { q?: string; sort?: string }) => void,
) => {
  const sort = asked ?? usualSort;
  const guests = useQuery(guestsQuery);
  const text = useDeferredValue(q);
  const filter = useMemo(() => parseFilter(text), [text]);
  const shown = useMemo(
    () => sortGuests((guests.data ?? []).filter(filter.matches), sort),
    [guests.data, filter, sort],
  );
  const ask = (change: GuestSearch) =>
    navigate((before) => {
      const { q: typed, sort: by } = { ...before, ...change };
      return { ...(typed && { q: typed }), ...(by && by !== usualSort && { sort: by }) };
    });
  return { q, sort, guests, filter, shown, ask };
};

export type AskedGuests = ReturnType<typeof useAskedGuests>;
