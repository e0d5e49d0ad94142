import { CircleAlert, SearchX } from "lucide-react";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { counted } from "../ui/quantities.ts";
import type { AskedGuests } from "./useAskedGuests.ts";

/** Why no guest is shown although there may be some: they could not be read, or none matches the filter. Else nothing. */
export const NoGuestsShown = ({ guests, filter, shown, ask }: AskedGuests) => {
  if (guests.data === undefined) {
    if (!guests.isError) return null;
    return (
      <EmptyState
        icon={CircleAlert}
        title="The guests could not be read"
        actions={<Button label="Try again" variant="primary" onClick={() => guests.refetch()} />}
      >
        {messageOf(guests.error)}
      </EmptyState>
    );
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
