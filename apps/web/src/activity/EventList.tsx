import type { CallerWay, CorralEvent, EventQuery, EventType } from "@corral/contracts";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { History } from "lucide-react";
import { eventsQuery, guestsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { formatLogTime, formatMoment } from "../ui/quantities.ts";

interface EventListProps {
  /** Which events; what is left out narrows nothing. */
  readonly filter?: EventQuery;
  /** Types that are left out. */
  readonly without?: ReadonlySet<EventType>;
  /** Whose events, for an admin who looks at what this user sees. */
  readonly seenBy?: string | undefined;
  /** Only so many of the newest. */
  readonly newest?: number | undefined;
}

/** Who came to a console and left it: most of what happens, and seldom what is looked for. */
export const VISITS: ReadonlySet<EventType> = new Set<EventType>(["console.attached", "console.detached"]);
/** What happens by itself each time that somebody comes or a guest boots. */
export const ROUTINE: ReadonlySet<EventType> = new Set<EventType>([
  ...VISITS,
  "session.opened",
  "session.closed",
  "guest.notified",
]);
const NOTHING: ReadonlySet<EventType> = new Set();
const WAYS: Record<CallerWay, string> = { session: "page", token: "token", socket: "socket", ssh: "ssh", link: "link" };

/** What happened, newest first, in one or two lines each. */
export const EventList = ({ filter = {}, without = NOTHING, seenBy, newest }: EventListProps) => {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    eventsQuery(filter, seenBy),
  );
  if (isPending) return <EventSkeleton />;
  if (data === undefined) {
    return <NotRead what="The events" error={error} onAgain={() => void refetch()} />;
  }
  const all = data.pages.flat();
  const shown = all.filter(({ type }) => !without.has(type)).slice(0, newest);
  return (
    <>
      {shown.length === 0 && (
        <EmptyState
          icon={History}
          title={
            Object.values(filter).some((value) => value !== undefined) ? "No event matches" : "Nothing has happened yet"
          }
        >
          {hasNextPage && "Among those that were read so far."}
        </EmptyState>
      )}
      <ul className="@container">
        {shown.map((event) => (
          <EventRow key={event.seq} event={event} withSubject={filter.guest === undefined} />
        ))}
      </ul>
      {hasNextPage && newest === undefined && (
        <div className="flex justify-center p-4">
          <Button label="Older events" busy={isFetchingNextPage} onClick={() => fetchNextPage()} />
        </div>
      )}
    </>
  );
};

/** One line where there is room; else the message first, and the rest below it. */
const EventRow = ({ event, withSubject }: { event: CorralEvent; withSubject: boolean }) => (
  <li className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-3 border-b border-line px-4 py-1.5 @xl:grid-cols-[8.5rem_minmax(0,1fr)] @4xl:grid-cols-[9rem_minmax(0,1fr)_11rem_8rem_10rem] sm:px-5">
    <time
      dateTime={event.at}
      title={formatMoment(event.at)}
      className="order-3 whitespace-nowrap text-small text-faint @xl:order-none @xl:text-body"
    >
      {formatLogTime(event.at)}
    </time>
    <p
      className={`order-1 col-span-2 min-w-0 wrap-anywhere @xl:order-none @xl:col-span-1 ${event.result === "done" ? "" : "text-wrong"}`}
    >
      {event.message}
    </p>
    <p className="order-2 flex min-w-0 gap-x-3 text-small text-faint @xl:order-none @xl:col-start-2 @4xl:contents">
      <span className="truncate">{event.type}</span>
      <span className="truncate" title={event.from ?? undefined}>
        {event.actor}
        {event.by !== null && ` by ${WAYS[event.by] ?? event.by}`}
      </span>
      <span className="min-w-0 truncate">{withSubject && <Subject event={event} />}</span>
    </p>
  </li>
);

const Subject = ({ event: { type, subject } }: { event: CorralEvent }) => {
  const guest = useQuery({ ...guestsQuery, enabled: false }).data?.find(({ id }) => id === subject);
  if (guest === undefined || !/^(guest|console)\./.test(type)) return null;
  return (
    <Link
      {...paths.guest(guest.definition.name)}
      className="underline decoration-line-strong underline-offset-2 hover:text-ink"
    >
      {guest.definition.name}
    </Link>
  );
};

const EventSkeleton = () => (
  <ul aria-label="Events are being read" aria-busy="true">
    {[70, 45, 60, 85, 50, 65].map((width) => (
      <li key={width} className="flex gap-4 border-b border-line px-5 py-2.5">
        <div className="skeleton h-3 w-24 shrink-0" />
        <div className="flex-1">
          <div className="skeleton h-3" style={{ width: `${width}%` }} />
          <div className="skeleton mt-2 h-2.5 w-28" />
        </div>
      </li>
    ))}
  </ul>
);
