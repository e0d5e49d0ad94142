import { CorralError, type ListQuery } from "@corral/contracts";
import { pageOf } from "./paging.ts";

/**
 * A page of a list whose items are searched by all their text, and sorted by one of `fields`, the first one unless
 * the query says another. Throws `invalid_request` for a field or a cursor that the list does not know.
 */
export const listPage = <T extends { readonly id: string }, K extends keyof T & string>(
  items: readonly T[],
  query: ListQuery,
  fields: readonly [K, ...K[]],
) => {
  const wanted = query.sort?.replace("-", "") ?? fields[0];
  const field = fields.find((known) => known === wanted);
  if (field === undefined) {
    const message = `must be one of ${fields.join(", ")}, with - before it for descending order`;
    throw new CorralError("invalid_request", `sort: ${message}`, [{ field: "sort", message }]);
  }
  const words = (query.q ?? "").toLowerCase().split(/\s+/);
  const found = items.filter((item) => {
    const text = JSON.stringify(item).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const key = (item: T): string | number => {
    const value = item[field];
    return typeof value === "number" ? value : String(value);
  };
  return pageOf(found, query, { key, id: ({ id }) => id, descending: query.sort?.startsWith("-") ?? false });
};
