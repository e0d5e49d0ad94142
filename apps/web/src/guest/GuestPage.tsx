import { type Guest, meantBy } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Ghost } from "lucide-react";
import { useEffect } from "react";
import { isCode } from "../api/errors.ts";
import { guestQuery, guestsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { noteOpened } from "../app/recentGuests.ts";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { useTitle } from "../ui/Page.tsx";
import { stateInWords } from "../ui/StateBadge.tsx";
import { GuestHeader } from "./GuestHeader.tsx";
import { GuestViews } from "./GuestViews.tsx";

const route = getRouteApi("/shell/guests/$id");

const GuestPage = () => {
  const { id } = route.useParams();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    ...guestQuery(id),
    // The fleet has just shown it: no need to wait for the same again.
    placeholderData: () =>
      meantBy<Guest>(queries.getQueryData(guestsQuery.queryKey) ?? [], id, ({ definition }) => definition.name),
  });

  if (isCode(error, "not_found")) return <NoSuchGuest id={id} />;
  if (error !== null && data === undefined) {
    return <NotRead what={id} error={error} onAgain={() => void refetch()} />;
  }
  return data === undefined ? <GuestSkeleton /> : <OpenGuest guest={data} />;
};

const OpenGuest = ({ guest }: { guest: Guest }) => {
  const { name } = guest.definition;
  const { only } = route.useSearch();
  useTitle(`${name} · ${stateInWords(guest.state)}`);
  useEffect(() => noteOpened(guest.id), [guest.id]);

  return (
    <div className="flex h-full min-h-0 flex-col">
      {only === undefined && <GuestHeader guest={guest} />}
      <GuestViews guest={guest} />
    </div>
  );
};

const NoSuchGuest = ({ id }: { id: string }) => {
  useTitle("No such guest");
  return (
    <EmptyState
      icon={Ghost}
      title={`There is no guest called ${id}`}
      actions={
        <Link {...paths.fleet()} className="underline underline-offset-2">
          Go to the fleet
        </Link>
      }
    >
      It was renamed or deleted, or it is not shared with you.
    </EmptyState>
  );
};

const GuestSkeleton = () => (
  <div role="status" aria-busy="true" aria-label="The guest is being read" className="flex h-full flex-col">
    <div className="flex h-(--header) items-center gap-4 border-b border-line px-5">
      <div className="skeleton h-4 w-32" />
      <div className="skeleton h-4 w-20" />
    </div>
    <div className="h-9 border-b border-line bg-surface" />
    <div className="flex-1 bg-terminal" />
  </div>
);

export default GuestPage;
