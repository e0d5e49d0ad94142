import type { Guest, ListQuery } from "@corral/contracts";
import { listPage } from "../listPage.ts";

type GuestSort = "name" | "state" | "createdAt" | "memoryMiB";

/** A page of guests, searched by what the table shows of them. */
export const guestsPage = (guests: readonly Guest[], query: ListQuery<GuestSort>) =>
  listPage(guests, query, { key: (guest, field) => KEYS[field](guest), text: shownOf });

const KEYS: Readonly<Record<GuestSort, (guest: Guest) => string | number>> = {
  name: ({ definition }) => definition.name,
  state: ({ state }) => state,
  createdAt: ({ createdAt }) => createdAt,
  memoryMiB: ({ definition }) => definition.memoryMiB,
};

const shownOf = ({ definition, state }: Guest): string => {
  const { name, description, owner, kernel, tags } = definition;
  return [name, description, owner, kernel, state, ...tags].join("\n");
};
