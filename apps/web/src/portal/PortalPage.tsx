import type { Template } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Plus, Rows3 } from "lucide-react";
import { useState } from "react";
import { EventList } from "../activity/EventList.tsx";
import { messageOf } from "../api/errors.ts";
import { guestsSeenByQuery, templatesQuery } from "../api/peopleQueries.ts";
import { guestsQuery } from "../api/queries.ts";
import { useOpenDialog } from "../app/shellDialogs.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import { DeletedGuests } from "./DeletedGuests.tsx";
import { FromTemplateDialog } from "./FromTemplateDialog.tsx";
import { GuestCard } from "./GuestCard.tsx";
import { QuotaBars } from "./QuotaBars.tsx";

/** The guests of somebody who has a few, what they may have, and what happened. */
const PortalPage = ({ seenBy }: { seenBy?: string }) => {
  const mine = useQuery({ ...guestsQuery, enabled: seenBy === undefined });
  const theirs = useQuery({ ...guestsSeenByQuery(seenBy ?? ""), enabled: seenBy !== undefined });
  const guests = seenBy === undefined ? mine : theirs;
  const queries = useQueryClient();
  const [templates, setTemplates] = useState<readonly Template[]>();
  const openDialog = useOpenDialog();
  const create = async () => {
    const found = await queries.fetchQuery(templatesQuery).catch(() => []);
    if (found.length > 0) setTemplates(found);
    else openDialog("new-guest");
  };
  const newGuest = seenBy === undefined && (
    <Button label="New guest" icon={Plus} variant="primary" onClick={() => void create()} />
  );
  return (
    <Page
      title={seenBy === undefined ? "My guests" : `As ${seenBy} sees it`}
      count={guests.isSuccess && counted(guests.data.length, "guest")}
      actions={newGuest}
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        <QuotaBars user={seenBy} />
        {guests.isPending && <CardSkeletons />}
        {guests.isError && (
          <EmptyState
            icon={CircleAlert}
            title="The guests could not be read"
            actions={<Button label="Try again" variant="primary" onClick={() => guests.refetch()} />}
          >
            {messageOf(guests.error)}
          </EmptyState>
        )}
        {guests.data?.length === 0 && (
          <EmptyState icon={Rows3} title="No guests yet" actions={newGuest}>
            A guest is a Linux of its own, with a console in this page a few seconds from now.
          </EmptyState>
        )}
        {guests.data !== undefined && guests.data.length > 0 && (
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,21rem),1fr))] gap-3 p-4 sm:p-5">
            {guests.data.map((guest) => (
              <GuestCard key={guest.id} guest={guest} />
            ))}
          </ul>
        )}
        {seenBy === undefined && <DeletedGuests />}
        {seenBy === undefined && (
          <Section title="What happened">
            <div className="-mx-4 sm:-mx-5">
              <EventList visits={false} />
            </div>
          </Section>
        )}
      </div>
      {templates !== undefined && <FromTemplateDialog templates={templates} onClose={() => setTemplates(undefined)} />}
    </Page>
  );
};

const CardSkeletons = () => (
  <ul aria-busy="true" className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,21rem),1fr))] gap-3 p-4 sm:p-5">
    {[1, 2].map((n) => (
      <li key={n} className="h-34 rounded-lg border border-line bg-surface p-4">
        <div className="skeleton h-4 w-28" />
      </li>
    ))}
  </ul>
);

export default PortalPage;
