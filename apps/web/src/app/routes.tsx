import { PAGES } from "@corral/contracts";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { Toaster } from "sonner";
import {
  eventsQuery,
  guestQuery,
  guestsQuery,
  imagesQuery,
  kernelsQuery,
  loginWaysQuery,
  meQuery,
  tasksQuery,
} from "../api/queries.ts";
// Here already, because the router rewrites queries in its own manner.
import "../login/singleSignOnAnswer.ts";
import { COLUMNS_MAXIMUM } from "../consoles/panes.ts";
import { TooltipProvider } from "../ui/Tooltip.tsx";
import { ErrorPage, NotFoundPage } from "./ErrorPage.tsx";
import { requireAdmin, requireLogin, wantedPage } from "./loginGuard.ts";
import { queryClient } from "./queryClient.ts";
import { Shell, ShellSkeleton } from "./Shell.tsx";

/*
 * The table of pages. Each page is a chunk of its own; its loader begins to fetch while the chunk is on its way, and
 * does not wait, so that the page shows its skeleton at once. Their addresses are the server's too, which answers them
 * with the page and nothing else.
 */

/*
 * What an address has behind its question mark. Each page says what each word of its own is, also that it is nothing:
 * the router passes on as they are those that are not said.
 */
type Search = Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const root = createRootRoute({
  component: () => (
    <TooltipProvider>
      <Outlet />
      <Toaster position="bottom-right" theme="system" gap={8} visibleToasts={4} />
    </TooltipProvider>
  ),
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
});

const NO_OTHER_WAYS = { singleSignOn: false, passkeys: null };

const login = createRoute({
  getParentRoute: () => root,
  path: PAGES.login,
  /** `to`: where to go afterwards. */
  validateSearch: wantedPage,
  /** Known before the page shows, so that nothing jumps; without an answer there is still the password. */
  loader: () => queryClient.ensureQueryData(loginWaysQuery).catch(() => NO_OTHER_WAYS),
  component: lazyRouteComponent(() => import("../login/LoginPage.tsx")),
});

const singleSignOn = createRoute({
  getParentRoute: () => root,
  path: PAGES.singleSignOn,
  component: lazyRouteComponent(() => import("../login/SingleSignOnPage.tsx")),
});

const link = createRoute({
  getParentRoute: () => root,
  path: PAGES.link,
  component: lazyRouteComponent(() => import("../login/LinkPage.tsx")),
});

const watch = createRoute({
  getParentRoute: () => root,
  path: PAGES.watch,
  component: lazyRouteComponent(() => import("../watch/WatchPage.tsx")),
});

/** Everything that needs a login. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: requireLogin,
  component: Shell,
  pendingComponent: ShellSkeleton,
  errorComponent: ErrorPage,
});

/** What the fleet's filter and order are, in the address. `q`: the filter; `sort`: a column's name, with - before it for descending. */
const fleetSearch = (search: Search): { q?: string | undefined; sort?: string | undefined } => ({
  q: text(search.q),
  sort: text(search.sort),
});

const fleet = createRoute({
  getParentRoute: () => shell,
  path: PAGES.fleet,
  validateSearch: fleetSearch,
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../portal/HomePage.tsx")),
});

const herd = createRoute({
  getParentRoute: () => shell,
  path: PAGES.herd,
  validateSearch: fleetSearch,
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../herd/HerdPage.tsx")),
});

interface GuestSearch {
  readonly console?: string | undefined;
  readonly tab?: string | undefined;
  /** A place in the console's log, as in `formatLogPlace`. */
  readonly log?: string | undefined;
  /** The page has nothing but the consoles, for a window of their own. */
  readonly only?: "console" | undefined;
}

const guest = createRoute({
  getParentRoute: () => shell,
  path: PAGES.guest,
  validateSearch: (search: Search): GuestSearch => ({
    console: text(search.console),
    tab: text(search.tab),
    log: text(search.log),
    only: search.only === "console" ? "console" : undefined,
  }),
  loader: ({ params }) => {
    void queryClient.prefetchQuery(guestQuery(params.id));
  },
  component: lazyRouteComponent(() => import("../guest/GuestPage.tsx")),
});

const consoles = createRoute({
  getParentRoute: () => shell,
  path: PAGES.consoles,
  /** `panes`: as in `formatPanes`; `columns`: chosen, else as it fits. */
  validateSearch: (search: Search): { panes?: string | undefined; columns?: number | undefined } => {
    const columns = Number(search.columns);
    const isFit = Number.isInteger(columns) && columns >= 1 && columns <= COLUMNS_MAXIMUM;
    return { panes: text(search.panes), columns: isFit ? columns : undefined };
  },
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../consoles/ConsolesPage.tsx")),
});

const images = createRoute({
  getParentRoute: () => shell,
  path: PAGES.images,
  loader: () => {
    void queryClient.prefetchQuery(imagesQuery);
  },
  component: lazyRouteComponent(() => import("../library/ImagesPage.tsx")),
});

const kernels = createRoute({
  getParentRoute: () => shell,
  path: PAGES.kernels,
  loader: () => {
    void queryClient.prefetchQuery(kernelsQuery);
  },
  component: lazyRouteComponent(() => import("../library/KernelsPage.tsx")),
});

const activity = createRoute({
  getParentRoute: () => shell,
  path: PAGES.activity,
  loader: () => {
    if (queryClient.getQueryData(meQuery.queryKey)?.user.role !== "user") void queryClient.prefetchQuery(tasksQuery);
    void queryClient.prefetchInfiniteQuery(eventsQuery());
  },
  component: lazyRouteComponent(() => import("../activity/ActivityPage.tsx")),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: PAGES.people,
  beforeLoad: requireAdmin,
  component: lazyRouteComponent(() => import("../people/PeoplePage.tsx")),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: PAGES.account,
  component: lazyRouteComponent(() => import("../account/AccountPage.tsx")),
});

const seenBy = createRoute({
  getParentRoute: () => shell,
  path: PAGES.seenBy,
  beforeLoad: requireAdmin,
  component: lazyRouteComponent(() => import("../portal/SeenByPage.tsx")),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: PAGES.settings,
  component: lazyRouteComponent(() => import("../settings/SettingsPage.tsx")),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    singleSignOn,
    link,
    watch,
    shell.addChildren([fleet, herd, guest, consoles, images, kernels, activity, people, account, seenBy, settings]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
