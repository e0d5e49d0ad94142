/** A place in a log as it stands in an address: an offset, or the end with so many lines before it. */
export type LogPlace =
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "end"; readonly lines: number };

const LINES_MAXIMUM = 10_000;

/** What is not understood is the end. */
export const parseLogPlace = (text: string): LogPlace => {
  const offset = /^at-(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { kind: "offset", offset: Number(offset) };
  const lines = Number(/^end-(\d{1,6})$/.exec(text)?.[1] ?? 0);
  return { kind: "end", lines: Math.min(LINES_MAXIMUM, lines) };
};

export const formatLogPlace = (place: LogPlace): string => {
  if (place.kind === "offset") return `at-${place.offset}`;
  return place.lines === 0 ? "end" : `end-${place.lines}`;
};
