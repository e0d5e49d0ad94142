import type { Guest, Template } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Rows3 } from "lucide-react";
import { useState } from "react";
import { EventList, ROUTINE } from "../activity/EventList.tsx";
import { cardsQuery, discardedQuery, guestsSeenByQuery, templatesQuery } from "../api/peopleQueries.ts";
import { allVitalsQuery, guestsQuery, meQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { useOpenDialog } from "../app/shellDialogs.ts";
import { DeletedGuests } from "../deleted/DeletedGuests.tsx";
import { useHerdFeed } from "../herd/useHerdFeed.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState, Notice } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import { FromTemplateDialog } from "./FromTemplateDialog.tsx";
import { GuestCard } from "./GuestCard.tsx";
import { QuotaBars } from "./QuotaBars.tsx";

const GRID = "grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3 p-4 sm:p-5";
/** Of what happened, so much is shown here; the page History has it all. */
const NEWEST_EVENTS = 8;

/** The guests of somebody who has a few, what they may have, and what happened. `seenBy`: for an admin to look at. */
const PortalPage = ({ seenBy }: { seenBy?: string }) => {
  const mine = useQuery({ ...guestsQuery, enabled: seenBy === undefined });
  const theirs = useQuery({ ...guestsSeenByQuery(seenBy ?? ""), enabled: seenBy !== undefined });
  const guests = seenBy === undefined ? mine : theirs;
  const discarded = useQuery(discardedQuery(seenBy)).data ?? [];
  const readOnly = seenBy !== undefined;
  const newGuest = !readOnly && <NewGuestButton />;
  return (
    <Page
      title={readOnly ? `As ${seenBy} sees it` : "My guests"}
      count={guests.isSuccess && counted(guests.data.length, "guest")}
      actions={newGuest}
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        {readOnly && <OnlyToLookAt seenBy={seenBy} />}
        <QuotaBars seenBy={seenBy} />
        {guests.isPending && <CardSkeletons />}
        {guests.isError && <NotRead what="The guests" error={guests.error} onAgain={() => void guests.refetch()} />}
        {guests.data?.length === 0 && (
          <EmptyState icon={Rows3} title="No guests yet" actions={newGuest}>
            A guest is a Linux of its own, with a console in this page a few seconds from now.
          </EmptyState>
        )}
        {guests.data !== undefined && guests.data.length > 0 && <Cards guests={guests.data} seenBy={seenBy} />}
        {discarded.length > 0 && (
          <Section title="Deleted">
            <DeletedGuests guests={discarded} readOnly={readOnly} />
          </Section>
        )}
        <Section
          title="What happened"
          actions={
            !readOnly && (
              <Link {...paths.activity()} className="underline decoration-line-strong underline-offset-2">
                All of it
              </Link>
            )
          }
        >
          <div className="-mx-4 sm:-mx-5">
            <EventList without={ROUTINE} seenBy={seenBy} newest={readOnly ? undefined : NEWEST_EVENTS} />
          </div>
        </Section>
      </div>
    </Page>
  );
};

const OnlyToLookAt = ({ seenBy }: { seenBy: string }) => {
  const me = useQuery(meQuery).data?.user.name;
  return (
    <div className="px-4 pt-4 sm:px-5">
      <Notice kind="warning" title={`You see what ${seenBy} sees, and can change nothing here.`}>
        What you open from here you open as {me ?? "yourself"}. That you looked is in the history, where {seenBy} sees
        it too.
      </Notice>
    </div>
  );
};

const NewGuestButton = () => {
  const queries = useQueryClient();
  const [templates, setTemplates] = useState<readonly Template[]>();
  const openDialog = useOpenDialog();
  const create = async () => {
    const found = await queries.fetchQuery(templatesQuery).catch(() => []);
    if (found.length > 0) setTemplates(found);
    else openDialog("new-guest");
  };
  return (
    <>
      <Button label="New guest" icon={Plus} variant="primary" onClick={() => void create()} />
      {templates !== undefined && <FromTemplateDialog templates={templates} onClose={() => setTemplates(undefined)} />}
    </>
  );
};

const Cards = ({ guests, seenBy }: { guests: readonly Guest[]; seenBy: string | undefined }) => {
  const feed = useHerdFeed();
  const cards = useQuery(cardsQuery(seenBy)).data;
  const vitals = useQuery(allVitalsQuery).data;
  return (
    <ul className={GRID}>
      {guests.map((guest) => (
        <GuestCard
          key={guest.id}
          guest={guest}
          vitals={vitals?.[guest.id] ?? guest.vitals}
          card={cards?.find(({ id }) => id === guest.id)}
          feed={feed}
          readOnly={seenBy !== undefined}
        />
      ))}
    </ul>
  );
};

const CardSkeletons = () => (
  <ul aria-busy="true" className={GRID}>
    {[1, 2].map((n) => (
      <li key={n} className="rounded-lg border border-line bg-surface">
        <div className="aspect-8/5 rounded-t-lg bg-terminal" />
        <div className="h-40 p-4">
          <div className="skeleton h-4 w-28" />
        </div>
      </li>
    ))}
  </ul>
);

export default PortalPage;
