import { consoleName, name } from "@corral/contracts";

/** One console of the workspace. */
export interface Pane {
  /** Name of the guest. */
  readonly guest: string;
  readonly console: string;
}

/** Each is a connection and a terminal of its own; more are too small to read anyway. */
export const PANES_MAXIMUM = 12;

/** Columns that a person may choose. */
export const COLUMNS_MAXIMUM = 4;

export const keyOf = ({ guest, console }: Pane): string => `${guest}:${console}`;

/** `web1:con0,db1:ssl0` as it stands in the address; what makes no sense is left out, and so is what comes twice. */
export const parsePanes = (text: string): Pane[] => {
  const panes = new Map<string, Pane>();
  for (const part of text.split(",")) {
    const [guest, console, ...rest] = part.split(":");
    if (!name.safeParse(guest).success || !consoleName.safeParse(console).success || rest.length > 0) continue;
    if (guest !== undefined && console !== undefined) panes.set(part, { guest, console });
  }
  return [...panes.values()].slice(0, PANES_MAXIMUM);
};

export const formatPanes = (panes: readonly Pane[]): string => panes.map(keyOf).join(",");

/** Columns that make panes about as wide as a terminal is, unless a person chose. */
export const columnsFor = (panes: number, chosen: number | undefined): number =>
  Math.min(Math.max(1, panes), chosen ?? (panes <= 1 ? 1 : panes <= 6 ? 2 : 3));
