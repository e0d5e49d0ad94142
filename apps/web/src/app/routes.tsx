import { SINGLE_SIGN_ON_PATH } from "@corral/contracts";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { Toaster } from "sonner";
import { isCode } from "../api/errors.ts";
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
import { paths } from "./paths.ts";
import { queryClient } from "./queryClient.ts";
import { Shell, ShellSkeleton } from "./Shell.tsx";

/*
 * The table of pages. Each page is a chunk of its own; its loader begins to fetch while the chunk is on its way, and
 * does not wait, so that the page shows its skeleton at once.
 */

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

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  /** `to`: where to go afterwards. Only an address of this page, lest a link send a person elsewhere after login. */
  validateSearch: (search): { to?: string } => {
    const to = text(search.to);
    return to !== undefined && /^\/(?![/\\])/.test(to) ? { to } : {};
  },
  /** Known before the page shows, so that nothing jumps; without an answer there is still the password. */
  loader: () => queryClient.ensureQueryData(loginWaysQuery).catch(() => ({ singleSignOn: false })),
  component: lazyRouteComponent(() => import("../login/LoginPage.tsx")),
});

const singleSignOn = createRoute({
  getParentRoute: () => root,
  path: SINGLE_SIGN_ON_PATH,
  component: lazyRouteComponent(() => import("../login/SingleSignOnPage.tsx")),
});

const link = createRoute({
  getParentRoute: () => root,
  path: "/link",
  component: lazyRouteComponent(() => import("../login/LinkPage.tsx")),
});

const watch = createRoute({
  getParentRoute: () => root,
  path: "/watch",
  component: lazyRouteComponent(() => import("../watch/WatchPage.tsx")),
});

/** Everything that needs a login. */
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (isCode(error, "not_logged_in"))
        throw redirect(paths.login(location.href === "/" ? undefined : location.href));
      throw error;
    }
  },
  component: Shell,
  pendingComponent: ShellSkeleton,
  errorComponent: ErrorPage,
});

const fleet = createRoute({
  getParentRoute: () => shell,
  path: "/",
  /** `q`: the filter; `sort`: a column's name, with - before it for descending. */
  validateSearch: (search): { q?: string; sort?: string } => {
    const q = text(search.q);
    const sort = text(search.sort);
    return { ...(q !== undefined && { q }), ...(sort !== undefined && { sort }) };
  },
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../portal/HomePage.tsx")),
});

const herd = createRoute({
  getParentRoute: () => shell,
  path: "/herd",
  /** As in the fleet. */
  validateSearch: (search): { q?: string; sort?: string } => {
    const q = text(search.q);
    const sort = text(search.sort);
    return { ...(q !== undefined && { q }), ...(sort !== undefined && { sort }) };
  },
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../herd/HerdPage.tsx")),
});

const guest = createRoute({
  getParentRoute: () => shell,
  path: "/guests/$id",
  /** `log`: a place in the console's log, as in `formatLogPlace`. `only`: the page has nothing but the consoles, for a window of their own. */
  validateSearch: (search): { console?: string; tab?: string; log?: string; only?: "console" } => {
    const console = text(search.console);
    const tab = text(search.tab);
    const log = text(search.log);
    return {
      ...(console !== undefined && { console }),
      ...(tab !== undefined && { tab }),
      ...(log !== undefined && { log }),
      ...(search.only === "console" && { only: "console" }),
    };
  },
  loader: ({ params }) => {
    void queryClient.prefetchQuery(guestQuery(params.id));
  },
  component: lazyRouteComponent(() => import("../guest/GuestPage.tsx")),
});

const consoles = createRoute({
  getParentRoute: () => shell,
  path: "/consoles",
  /** `panes`: as in `formatPanes`; `columns`: chosen, else as it fits. */
  validateSearch: (search): { panes?: string; columns?: number } => {
    const panes = text(search.panes);
    const columns = Number(search.columns);
    return {
      ...(panes !== undefined && { panes }),
      ...(Number.isInteger(columns) && columns >= 1 && columns <= COLUMNS_MAXIMUM && { columns }),
    };
  },
  loader: () => {
    void queryClient.prefetchQuery(guestsQuery);
  },
  component: lazyRouteComponent(() => import("../consoles/ConsolesPage.tsx")),
});

const images = createRoute({
  getParentRoute: () => shell,
  path: "/images",
  loader: () => {
    void queryClient.prefetchQuery(imagesQuery);
  },
  component: lazyRouteComponent(() => import("../library/ImagesPage.tsx")),
});

const kernels = createRoute({
  getParentRoute: () => shell,
  path: "/kernels",
  loader: () => {
    void queryClient.prefetchQuery(kernelsQuery);
  },
  component: lazyRouteComponent(() => import("../library/KernelsPage.tsx")),
});

const activity = createRoute({
  getParentRoute: () => shell,
  path: "/activity",
  loader: () => {
    void queryClient.prefetchQuery(tasksQuery);
    void queryClient.prefetchInfiniteQuery(eventsQuery());
  },
  component: lazyRouteComponent(() => import("../activity/ActivityPage.tsx")),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: "/people",
  component: lazyRouteComponent(() => import("../people/PeoplePage.tsx")),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("../account/AccountPage.tsx")),
});

const seenBy = createRoute({
  getParentRoute: () => shell,
  path: "/seen-by/$user",
  component: lazyRouteComponent(() => import("../portal/SeenByPage.tsx")),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
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
