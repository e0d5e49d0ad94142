import { SearchX } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { counted } from "../ui/quantities.ts";
import type { AskedGuests } from "./useAskedGuests.ts";

/** Why no guest is shown although there may be some: they could not be read, or none matches the filter. Else nothing. */
export const NoGuestsShown = ({ guests, filter, shown, ask }: AskedGuests) => {
  if (guests.data === undefined) {
    if (!guests.isError) return null;
    return <NotRead what="The guests" error={guests.error} onAgain={() => void guests.refetch()} />;
  }
  if (guests.data.length === 0 || shown.length > 0) return null;
  return (
    <EmptyState
      icon={SearchX}
      title="No guest matches the filter"
      actions={<Button label="Clear the filter" onClick={() => ask({ q: "" })} />}
    >
      {filter.problem ?? `${counted(guests.data.length, "guest")} in all.`}
    </EmptyState>
  );
};
