import { API_PREFIX, type LogFormat } from "@corral/contracts";

/** A part of a log as a person chooses it: all of it, one boot, or what was printed between two times. */
export type ChosenPart =
  | { readonly kind: "whole" }
  | { readonly kind: "boot"; readonly boot: number }
  | { readonly kind: "time"; readonly since: string; readonly until: string };

/** Why there can be nothing in such a part; undefined: it can be asked for. */
export const whyNot = (part: ChosenPart): string | undefined =>
  part.kind === "time" && part.since !== "" && part.until !== "" && part.since > part.until
    ? "The end is before the beginning."
    : undefined;

/** Where a browser downloads it from. */
export const downloadAddress = (guest: string, console: string, format: LogFormat, part: ChosenPart): string => {
  const query = new URLSearchParams({ format, ...partQuery(part) });
  return `${API_PREFIX}/guests/${encodeURIComponent(guest)}/consoles/${console}/log/download?${query}`;
};

/** As the API takes it. */
export const partQuery = (part: ChosenPart): Record<string, string> => {
  if (part.kind === "whole") return {};
  if (part.kind === "boot") return { boot: String(part.boot) };
  const { since, until } = part;
  return {
    ...(since !== "" && { since: new Date(since).toISOString() }),
    ...(until !== "" && { until: new Date(until).toISOString() }),
  };
};
