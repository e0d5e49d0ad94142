import { API_PREFIX, callerWay, type EventQuery, eventResult, eventType } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { ListFilter, Search } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";
import { guestsQuery, meQuery, tasksQuery } from "../api/queries.ts";
import { useShortcuts } from "../app/shortcuts.ts";
import { TaskRow } from "../library/TaskRow.tsx";
import { Button } from "../ui/Button.tsx";
import { CheckField } from "../ui/Field.tsx";
import { Page } from "../ui/Page.tsx";
import { EventList, VISITS } from "./EventList.tsx";

const FAMILIES = [...new Set(eventType.options.map((type) => type.slice(0, type.indexOf("."))))];
/** Every filter, each narrowing nothing. */
const NOTHING = { q: "", type: "", guest: "", actor: "", by: "", result: "", since: "", until: "" };
/** Finished tasks that are still shown above the events. */
const RECENT_TASKS = 5;

const ActivityPage = () => {
  const [filter, setFilter] = useState(NOTHING);
  const change = (part: Partial<typeof NOTHING>) => setFilter((before) => ({ ...before, ...part }));
  /** On a phone the filters stand behind a button. */
  const [unfolded, setUnfolded] = useState(false);
  const [visits, setVisits] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // Long work is for those who look after the host; for somebody with a few guests this is their history.
  const isUser = useQuery(meQuery).data?.user.role === "user";
  const tasks = useQuery({ ...tasksQuery, enabled: !isUser }).data ?? [];
  const shown = tasks.filter(({ state }, index) => state === "running" || index < RECENT_TASKS);
  const wanted = queryOf(useDeferredValue(filter));
  // Events name guests by id; the list of guests says what they are called.
  const guests = useQuery(guestsQuery).data ?? [];
  useShortcuts({ "/": () => input.current?.focus() });

  return (
    <Page title={isUser ? "History" : "Activity"}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {shown.length > 0 && (
          <section aria-label="Tasks">
            <h2 className="px-4 pb-1 pt-4 text-small font-medium text-faint sm:px-5">Tasks</h2>
            <ul>
              {shown.map((task) => (
                <TaskRow key={task.id} task={task} />
              ))}
            </ul>
          </section>
        )}
        <section aria-label="Events">
          <div className="sticky top-0 z-10 flex min-h-12 flex-wrap items-center gap-2 border-b border-line bg-canvas px-4 py-2 sm:px-5">
            <search className="relative min-w-40 max-w-85 flex-1">
              <Search aria-hidden size={14} className="absolute left-2.5 top-1/2 -translate-y-1/2 text-faint" />
              <input
                ref={input}
                value={filter.q}
                onChange={(event) => change({ q: event.target.value })}
                aria-label="Filter events"
                placeholder="Filter events"
                className="control pl-8"
              />
            </search>
            <Button
              label="Filters"
              icon={ListFilter}
              className="sm:hidden"
              aria-expanded={unfolded}
              aria-controls="event-filters"
              onClick={() => setUnfolded(!unfolded)}
            />
            <div
              id="event-filters"
              className={`contents max-sm:w-full max-sm:grid-cols-2 max-sm:gap-2 ${unfolded ? "max-sm:grid" : "max-sm:hidden"}`}
            >
              <Choice label="Kind of events" value={filter.type} onChange={(type) => change({ type })} all="All kinds">
                {FAMILIES}
              </Choice>
              <Choice label="Guest" value={filter.guest} onChange={(guest) => change({ guest })} all="All guests">
                {guests.map(({ definition }) => definition.name)}
              </Choice>
              <input
                value={filter.actor}
                onChange={(event) => change({ actor: event.target.value })}
                aria-label="Who did it"
                placeholder="Who"
                className="control w-28! max-sm:w-full!"
              />
              <Choice label="By which way" value={filter.by} onChange={(by) => change({ by })} all="Any way">
                {callerWay.options}
              </Choice>
              <Choice
                label="With which result"
                value={filter.result}
                onChange={(result) => change({ result })}
                all="Any result"
              >
                {eventResult.options}
              </Choice>
              <DayField label="From day" value={filter.since} onChange={(since) => change({ since })} />
              <DayField label="Before day" value={filter.until} onChange={(until) => change({ until })} />
              <div className="text-muted sm:ml-2">
                <CheckField label="Console visits" checked={visits} onChange={setVisits} />
              </div>
              <a
                href={exportUrl(wanted)}
                download
                className="ml-auto underline decoration-line-strong underline-offset-2 hover:text-ink"
              >
                Export
              </a>
            </div>
          </div>
          <EventList filter={wanted} {...(visits || filter.type === "console" ? {} : { without: VISITS })} />
        </section>
      </div>
    </Page>
  );
};

/** What an API call says of it: only what is chosen. A day begins where the person is. */
const queryOf = (filter: typeof NOTHING): EventQuery => {
  const { since, until, ...rest } = filter;
  const days = { since: startOfDay(since), until: startOfDay(until) };
  const chosen = Object.entries({ ...rest, ...days }).flatMap(([name, value]) => {
    const trimmed = value?.trim() ?? "";
    return trimmed === "" ? [] : [[name, trimmed]];
  });
  return Object.fromEntries(chosen);
};

const startOfDay = (day: string): string | undefined => {
  const time = new Date(`${day}T00:00:00`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};

const exportUrl = (filter: EventQuery): string =>
  `${API_PREFIX}/events/export?${new URLSearchParams(filter as Record<string, string>)}`;

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly all: string;
  readonly children: readonly string[];
}

const Choice = ({ label, value, onChange, all, children }: ChoiceProps) => (
  <select
    aria-label={label}
    value={value}
    onChange={(event) => onChange(event.target.value)}
    className="control w-30! max-sm:w-full!"
  >
    <option value="">{all}</option>
    {children.map((each) => (
      <option key={each} value={each}>
        {each}
      </option>
    ))}
  </select>
);

const DayField = ({ label, value, onChange }: Pick<ChoiceProps, "label" | "value" | "onChange">) => (
  <input
    type="date"
    aria-label={label}
    title={label}
    value={value}
    onChange={(event) => onChange(event.target.value)}
    className="control w-36! max-sm:w-full!"
  />
);

export default ActivityPage;
