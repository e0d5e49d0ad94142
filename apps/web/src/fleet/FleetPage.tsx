import { getRouteApi } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useRef } from "react";
import { messageOf } from "../api/errors.ts";
import { useOpenDialog } from "../app/shellDialogs.ts";
import { useShortcuts } from "../app/shortcuts.ts";
import { DeletedGuestsButton } from "../deleted/DeletedGuestsButton.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Page } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import { FilterBar } from "./FilterBar.tsx";
import { FirstRun } from "./FirstRun.tsx";
import { GuestTable, GuestTableSkeleton } from "./GuestTable.tsx";
import { NoGuestsShown } from "./NoGuestsShown.tsx";
import { SelectionBar } from "./SelectionBar.tsx";
import { useAskedGuests } from "./useAskedGuests.ts";
import { useLiveVitals } from "./useLiveVitals.ts";
import { useRowCursor } from "./useRowCursor.ts";
import { useSelection } from "./useSelection.ts";

const route = getRouteApi("/shell/");

const FleetPage = () => {
  const navigate = route.useNavigate();
  const asked = useAskedGuests(route.useSearch(), "name", (search) => {
    void navigate({ search, replace: true });
  });
  const { q, sort, guests, filter, shown, ask } = asked;
  const openDialog = useOpenDialog();
  useLiveVitals();
  const filterInput = useRef<HTMLInputElement>(null);

  const cursor = useRowCursor(shown);
  const selection = useSelection(shown);

  useShortcuts({
    "/": () => filterInput.current?.focus(),
    j: () => cursor.move(1),
    k: () => cursor.move(-1),
    ArrowDown: () => cursor.move(1),
    ArrowUp: () => cursor.move(-1),
    x: () => cursor.current !== undefined && selection.toggle(cursor.current.id),
    a: selection.toggleAll,
    Escape: selection.clear,
  });

  const actions = (
    <>
      <DeletedGuestsButton />
      <Button label="New guest" icon={Plus} variant="primary" onClick={() => openDialog("new-guest")} />
    </>
  );
  const total = guests.data?.length ?? 0;
  const firstRun = guests.isSuccess && total === 0;

  return (
    <Page title="Fleet" count={guests.isSuccess && counted(total, "guest")} actions={actions}>
      {guests.isError && guests.data !== undefined && (
        <div className="px-4 pt-3 sm:px-5">
          <Notice kind="warning" title="This may be old">
            {messageOf(guests.error)}
          </Notice>
        </div>
      )}
      {!firstRun && (
        <div className="flex h-12 shrink-0 items-center border-b border-line px-4 sm:px-5">
          {selection.guests.length > 0 ? (
            <SelectionBar guests={selection.guests} onClear={selection.clear} />
          ) : (
            <FilterBar
              input={filterInput}
              text={q}
              problem={filter.problem}
              guests={guests.data ?? []}
              onChange={(text) => ask({ q: text })}
              onLeave={() => cursor.move(0)}
            />
          )}
        </div>
      )}
      <div className="min-h-0 flex-1 overflow-auto">
        {guests.isPending && <GuestTableSkeleton sort={sort} />}
        {firstRun && <FirstRun />}
        <NoGuestsShown {...asked} />
        {shown.length > 0 && (
          <GuestTable
            guests={shown}
            sort={sort}
            onSort={(by) => ask({ sort: by })}
            cursor={cursor}
            selection={selection}
          />
        )}
      </div>
    </Page>
  );
};

export default FleetPage;
