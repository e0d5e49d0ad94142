import { getRouteApi } from "@tanstack/react-router";
import { GalleryThumbnails } from "lucide-react";
import { useRef, useSyncExternalStore } from "react";
import { isLost } from "../api/ReconnectingSocket.ts";
import { useShortcuts } from "../app/shortcuts.ts";
import { FilterBar } from "../fleet/FilterBar.tsx";
import { NoGuestsShown } from "../fleet/NoGuestsShown.tsx";
import { useAskedGuests } from "../fleet/useAskedGuests.ts";
import { EmptyState } from "../ui/Notice.tsx";
import { Page } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import type { HerdFeed } from "./HerdFeed.ts";
import { HerdTile } from "./HerdTile.tsx";
import { useHerdFeed } from "./useHerdFeed.ts";

const route = getRouteApi("/shell/herd");

/** Columns of the fleet that make sense to sort a wall by. */
const SORTS: Readonly<Record<string, string>> = {
  state: "What needs care first",
  name: "Name",
  owner: "Owner",
  uptime: "Started last",
  "-uptime": "Started first",
};

/** A wall of live thumbnails, one for each guest. */
const HerdPage = () => {
  const navigate = route.useNavigate();
  const asked = useAskedGuests(route.useSearch(), "state", (search) => {
    void navigate({ search, replace: true });
  });
  const { q, sort, guests, filter, shown, ask } = asked;
  const filterInput = useRef<HTMLInputElement>(null);
  const wall = useRef<HTMLUListElement>(null);
  const feed = useHerdFeed();

  const toWall = () => wall.current?.querySelector("a")?.focus();
  const step = (by: number) => {
    const tiles = [...(wall.current?.querySelectorAll("a") ?? [])];
    const at = tiles.indexOf(document.activeElement as HTMLAnchorElement);
    tiles[Math.min(tiles.length - 1, Math.max(0, at + by))]?.focus();
  };
  useShortcuts({
    "/": () => filterInput.current?.focus(),
    j: () => step(1),
    k: () => step(-1),
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
  });

  const total = guests.data?.length ?? 0;
  return (
    <Page
      title="Herd"
      count={<Count total={guests.isSuccess ? total : undefined} feed={feed} />}
      actions={
        <select
          aria-label="Sort by"
          value={sort in SORTS ? sort : "state"}
          onChange={({ target }) => ask({ sort: target.value })}
          className="control w-48!"
        >
          {Object.entries(SORTS).map(([by, words]) => (
            <option key={by} value={by}>
              {words}
            </option>
          ))}
        </select>
      }
    >
      <div className="flex h-12 shrink-0 items-center border-b border-line px-4 sm:px-5">
        <FilterBar
          input={filterInput}
          text={q}
          problem={filter.problem}
          guests={guests.data ?? []}
          onChange={(typed) => ask({ q: typed })}
          onLeave={toWall}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-4 sm:p-5">
        {guests.isSuccess && total === 0 && (
          <EmptyState icon={GalleryThumbnails} title="No guests yet">
            Each guest's console shows here as it is at the moment.
          </EmptyState>
        )}
        <NoGuestsShown {...asked} />
        {feed !== undefined && (
          <ul
            ref={wall}
            aria-label="Consoles"
            className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-4"
          >
            {shown.map((guest) => (
              <HerdTile key={guest.id} guest={guest} feed={feed} />
            ))}
          </ul>
        )}
      </div>
    </Page>
  );
};

const NEVER = () => () => {};

const Count = ({ total, feed }: { total: number | undefined; feed: HerdFeed | undefined }) => {
  const connection = useSyncExternalStore(feed?.subscribe ?? NEVER, () => feed?.connection());
  if (connection !== undefined && isLost(connection)) {
    return (
      <span role="status" className="text-moving">
        The connection is lost: what is shown is old
      </span>
    );
  }
  return total === undefined ? null : counted(total, "guest");
};

export default HerdPage;
