import type { ListQuery, Page } from "@corral/contracts";
import { pageOf } from "./paging.ts";

interface Listing<T, S extends string> {
  /** Of its own, for as long as the list is read. */
  readonly id: (item: T) => string;
  readonly key: (item: T, field: S) => string | number;
  /** What is searched. */
  readonly text: (item: T) => string;
}

/**
 * A page of a list: what every endpoint that is a list answers with. Unless `listing` says another, items have an `id`, are
 * sorted by the field of the query, and searched by all their text. Throws `invalid_request` for another list's cursor.
 */
export const listPage = <T extends object, S extends string>(
  items: readonly T[],
  query: ListQuery<S>,
  listing: Partial<Listing<T, S>> = {},
): { items: T[] } & Omit<Page<T>, "items"> => {
  const { id = idOf, key = fieldOf, text = JSON.stringify } = listing;
  const descending = query.sort.startsWith("-");
  const field = query.sort.slice(descending ? 1 : 0) as S;
  const words = (query.q ?? "").toLowerCase().split(/\s+/);
  const found = items.filter((item) => {
    const searched = text(item).toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  return pageOf(found, query, { key: (item) => key(item, field), id, descending });
};

const idOf = (item: object): string => String((item as { id?: unknown }).id);

const fieldOf = (item: object, field: string): string | number => {
  const value = (item as Record<string, unknown>)[field] ?? "";
  return typeof value === "number" ? value : String(value);
};
