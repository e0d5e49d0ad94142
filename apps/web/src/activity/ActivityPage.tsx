import { eventType } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";
import { guestsQuery, tasksQuery } from "../api/queries.ts";
import { useShortcuts } from "../app/shortcuts.ts";
import { TaskRow } from "../library/TaskRow.tsx";
import { CheckField } from "../ui/Field.tsx";
import { Page } from "../ui/Page.tsx";
import { EventList } from "./EventList.tsx";

const FAMILIES = [...new Set(eventType.options.map((type) => type.slice(0, type.indexOf("."))))];
/** Finished tasks that are still shown above the events. */
const RECENT_TASKS = 5;

const ActivityPage = () => {
  const [text, setText] = useState("");
  const [family, setFamily] = useState("");
  const [visits, setVisits] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const tasks = useQuery(tasksQuery).data ?? [];
  const shown = tasks.filter(({ state }, index) => state === "running" || index < RECENT_TASKS);
  const filter = useDeferredValue(text);
  // Events name guests by id; the list of guests says what they are called.
  useQuery(guestsQuery);
  useShortcuts({ "/": () => input.current?.focus() });

  return (
    <Page title="Activity">
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
          <div className="sticky top-0 z-10 flex h-12 items-center gap-2 border-b border-line bg-canvas px-4 sm:px-5">
            <search className="relative min-w-0 max-w-85 flex-1">
              <Search aria-hidden size={14} className="absolute left-2.5 top-1/2 -translate-y-1/2 text-faint" />
              <input
                ref={input}
                value={text}
                onChange={(event) => setText(event.target.value)}
                aria-label="Filter events"
                placeholder="Filter events"
                className="control pl-8"
              />
            </search>
            <select
              aria-label="Kind of events"
              value={family}
              onChange={(event) => setFamily(event.target.value)}
              className="control w-36!"
            >
              <option value="">All kinds</option>
              {FAMILIES.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </select>
            <div className="ml-2 text-muted max-sm:hidden">
              <CheckField label="Console visits" checked={visits} onChange={setVisits} />
            </div>
          </div>
          <EventList filter={filter} family={family} visits={visits || family === "console"} />
        </section>
      </div>
    </Page>
  );
};

export default ActivityPage;
