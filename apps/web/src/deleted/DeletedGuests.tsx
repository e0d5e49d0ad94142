import type { DiscardedGuest } from "@corral/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { formatMebibytes, formatMoment } from "../ui/quantities.ts";
import { DeleteForGoodDialog } from "./DeleteForGoodDialog.tsx";

interface DeletedGuestsProps {
  readonly guests: readonly DiscardedGuest[];
  /** Only to look at. */
  readonly readOnly?: boolean;
  /** Where they may belong to several people. */
  readonly withOwner?: boolean;
}

/** Guests that were deleted and can be brought back. */
export const DeletedGuests = ({ guests, readOnly = false, withOwner = false }: DeletedGuestsProps) => {
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<DiscardedGuest>();
  const restore = useMutation({
    mutationFn: (id: string) => api.restoreGuest({ params: { id } }),
    onError: toastError,
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <>
      <ul className="rounded-md border border-line bg-surface">
        {guests.map((guest) => (
          <li
            key={guest.id}
            className="flex min-h-(--row) flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1.5 pl-3 pr-1.5 last:border-0"
          >
            <div className="min-w-40 flex-1">
              <p className="truncate">
                {guest.name}
                {withOwner && <span className="text-faint"> of {guest.owner}</span>}
              </p>
              <p className="text-small text-faint">
                Until {formatMoment(guest.until)}
                {guest.diskMiB > 0 && `; takes ${formatMebibytes(guest.diskMiB)} of the disk quota till then`}
              </p>
            </div>
            {!readOnly && (
              <div className="flex items-center gap-1">
                <Button
                  label="Bring back"
                  icon={Undo2}
                  small
                  aria-label={`Bring back ${guest.name}`}
                  onClick={() => restore.mutate(guest.id)}
                />
                <Button
                  label="Delete for good…"
                  variant="ghost"
                  small
                  aria-label={`Delete for good: ${guest.name}`}
                  onClick={() => setDoomed(guest)}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {doomed !== undefined && <DeleteForGoodDialog guest={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
};
