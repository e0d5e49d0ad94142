import { useSyncExternalStore } from "react";
import { COLUMNS, type Column } from "./columns.tsx";

/* Which columns of the fleet table this person wants, in this browser. Narrow windows have room for fewer still. */

const STORED_AS = "corral.fleet.columns";

/** Only what was chosen differently, so that a new version's new columns appear as they are meant to. */
type Choices = Readonly<Record<string, boolean>>;

const load = (): Choices => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    const entries = Object.entries(stored ?? {}).filter((entry): entry is [string, boolean] => entry[1] === !!entry[1]);
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
};

const isShown = ({ id, usual }: Column, choices: Choices): boolean => usual === "always" || (choices[id] ?? usual);

let choices = load();
let shown = COLUMNS.filter((column) => isShown(column, choices));
const listeners = new Set<() => void>();

export const chooseColumn = (id: string, wanted: boolean): void => {
  choices = { ...choices, [id]: wanted };
  shown = COLUMNS.filter((column) => isShown(column, choices));
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(choices));
  } catch {
    // Storage is forbidden: the choice holds until the page is left.
  }
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useColumns = (): readonly Column[] => useSyncExternalStore(subscribe, () => shown);
