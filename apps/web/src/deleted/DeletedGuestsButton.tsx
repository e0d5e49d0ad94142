import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { discardedQuery } from "../api/peopleQueries.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { DeletedGuests } from "./DeletedGuests.tsx";

/** Opens the list of what can be brought back. Nothing where there is none. */
export const DeletedGuestsButton = () => {
  const guests = useQuery(discardedQuery()).data ?? [];
  const [open, setOpen] = useState(false);
  if (guests.length === 0) return null;
  return (
    <>
      <Button
        label={`Deleted (${guests.length})`}
        icon={Trash2}
        variant="ghost"
        hint="Guests that can still be brought back"
        onClick={() => setOpen(true)}
      />
      {open && (
        <Dialog
          title="Deleted guests"
          description="For a day each can be brought back as it was."
          wide
          onClose={() => setOpen(false)}
        >
          <DeletedGuests guests={guests} withOwner />
        </Dialog>
      )}
    </>
  );
};
