import type { Guest } from "@corral/contracts";
import { useMemo, useState } from "react";

export interface Selection {
  readonly guests: readonly Guest[];
  readonly has: (id: string) => boolean;
  readonly toggle: (id: string) => void;
  /** All that are shown; or none, where all are selected already. */
  readonly toggleAll: () => void;
  readonly clear: () => void;
}

/** Only what is shown can be selected: nobody acts on a guest that the filter hides. */
export const useSelection = (shown: readonly Guest[]): Selection => {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const guests = useMemo(() => shown.filter(({ id }) => ids.has(id)), [shown, ids]);
  return {
    guests,
    has: (id) => ids.has(id),
    toggle: (id) =>
      setIds((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    toggleAll: () => setIds(guests.length === shown.length ? new Set() : new Set(shown.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  };
};
