import type { Guest } from "@corral/contracts";
import { useState } from "react";
import { EventList, VISITS } from "../activity/EventList.tsx";
import { CheckField } from "../ui/Field.tsx";

export const GuestEvents = ({ guest }: { guest: Guest }) => {
  const [visits, setVisits] = useState(false);
  return (
    <div className="h-full overflow-y-auto">
      <div className="border-b border-line px-4 py-2 text-muted sm:px-5">
        <CheckField label="Console visits" checked={visits} onChange={setVisits} />
      </div>
      <EventList filter={{ guest: guest.id }} {...(visits ? {} : { without: VISITS })} />
    </div>
  );
};
