import type { Guest, GuestVitals } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { allVitalsQuery, guestsQuery } from "../api/queries.ts";

/** Keeps the vitals of all guests of the list fresh, without reading the guests anew. */
export const useLiveVitals = (): void => {
  const queries = useQueryClient();
  const { data } = useQuery(allVitalsQuery);
  useEffect(() => {
    if (data === undefined) return;
    queries.setQueryData(guestsQuery.queryKey, (guests) => guests?.map((guest) => withVitals(guest, data[guest.id])));
  }, [queries, data]);
};

const withVitals = (guest: Guest, vitals: GuestVitals | undefined): Guest =>
  vitals === undefined ? guest : { ...guest, vitals };
