import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { LayoutGrid } from "lucide-react";
import { useState } from "react";
import { guestsQuery } from "../api/queries.ts";
import { consoleNames } from "../guest/consoleNames.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { Page } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import { Broadcast } from "./Broadcast.ts";
import { COLUMNS_MAXIMUM, columnsFor, formatPanes, keyOf, PANES_MAXIMUM, type Pane, parsePanes } from "./panes.ts";
import { WorkspacePane } from "./WorkspacePane.tsx";

const route = getRouteApi("/shell/consoles");

/** Several consoles side by side. Which ones is in the address, so that a bookmark is a workspace. */
const ConsolesPage = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: guests, error, refetch } = useQuery(guestsQuery);
  const [broadcast] = useState(() => new Broadcast());
  // Not in the address: nobody may type into many guests because of a link.
  const [together, setTogether] = useState<ReadonlySet<string>>(new Set());
  const [alone, setAlone] = useState<string>();

  const panes = parsePanes(search.panes ?? "");
  const typing = panes.filter((pane) => together.has(keyOf(pane))).length;
  const only = panes.some((pane) => keyOf(pane) === alone) ? alone : undefined;
  const put = (wanted: readonly Pane[]) =>
    void navigate({ search: (before) => ({ ...before, panes: formatPanes(wanted) }), replace: true });
  const choose = (columns: string) =>
    void navigate({
      search: ({ panes: kept = "" }) => ({ panes: kept, ...(columns !== "" && { columns: Number(columns) }) }),
      replace: true,
    });
  const setTyping = (pane: Pane, on: boolean) =>
    setTogether(new Set(on ? [...together, keyOf(pane)] : [...together].filter((key) => key !== keyOf(pane))));

  const addable = (guests ?? [])
    .flatMap((guest) => consoleNames(guest).map((console) => ({ guest: guest.definition.name, console })))
    .filter((pane) => !panes.some((shown) => keyOf(shown) === keyOf(pane)));

  return (
    <Page
      title="Consoles"
      count={
        typing > 0 ? (
          <strong role="status" className="rounded-sm bg-moving px-2 py-0.5 text-canvas">
            What you type goes to {counted(typing, "console")}
          </strong>
        ) : (
          counted(panes.length, "console")
        )
      }
      actions={
        <>
          {typing > 0 ? (
            <Button label="Type alone again" onClick={() => setTogether(new Set())} />
          ) : (
            panes.length > 1 && <Button label="Type into all" onClick={() => setTogether(new Set(panes.map(keyOf)))} />
          )}
          <select
            aria-label="Columns"
            value={search.columns ?? ""}
            onChange={({ target }) => choose(target.value)}
            className="control w-32! max-sm:hidden"
          >
            <option value="">As it fits</option>
            {Array.from({ length: COLUMNS_MAXIMUM }, (_, index) => index + 1).map((columns) => (
              <option key={columns} value={columns}>
                {counted(columns, "column")}
              </option>
            ))}
          </select>
          <select
            aria-label="Add a console"
            value=""
            disabled={addable.length === 0 || panes.length >= PANES_MAXIMUM}
            onChange={({ target }) => put([...panes, ...parsePanes(target.value)])}
            className="control w-36!"
          >
            <option value="">{panes.length >= PANES_MAXIMUM ? "No room for more" : "Add a console"}</option>
            {addable.map((pane) => (
              <option key={keyOf(pane)} value={keyOf(pane)}>
                {pane.guest} {pane.console}
              </option>
            ))}
          </select>
        </>
      }
    >
      {guests === undefined && error !== null && (
        <NotRead what="The guests" error={error} onAgain={() => void refetch()} />
      )}
      {panes.length === 0 ? (
        <EmptyState icon={LayoutGrid} title="No console is open here">
          Add consoles above, or select guests in the fleet and press Consoles. The address of this page keeps them.
        </EmptyState>
      ) : (
        guests !== undefined && (
          <div
            style={{
              gridTemplateColumns: `repeat(${only === undefined ? columnsFor(panes.length, search.columns) : 1}, minmax(0, 1fr))`,
            }}
            className="grid min-h-0 flex-1 auto-rows-[minmax(180px,1fr)] overflow-y-auto max-sm:grid-cols-1!"
          >
            {panes.map((pane) => (
              <div key={keyOf(pane)} className={only === undefined || only === keyOf(pane) ? "grid min-h-0" : "hidden"}>
                <WorkspacePane
                  pane={pane}
                  guest={guests.find(({ definition }) => definition.name === pane.guest)}
                  broadcast={broadcast}
                  together={together.has(keyOf(pane))}
                  alone={only === keyOf(pane)}
                  onTogether={(on) => setTyping(pane, on)}
                  onAlone={(on) => setAlone(on ? keyOf(pane) : undefined)}
                  onClose={() => {
                    setTyping(pane, false);
                    put(panes.filter((each) => each !== pane));
                  }}
                />
              </div>
            ))}
          </div>
        )
      )}
    </Page>
  );
};

export default ConsolesPage;
