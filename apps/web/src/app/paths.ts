/** Every address of the page, for links and navigation: `<Link {...paths.guest("web1")}>`. */
export const paths = {
  fleet: () => ({ to: "/" }) as const,
  herd: () => ({ to: "/herd" }) as const,
  guest: (id: string) => ({ to: "/guests/$id", params: { id } }) as const,
  /** A console's log at a place, as in `formatLogPlace`. */
  log: (id: string, console: string, place: string) =>
    ({ to: "/guests/$id", params: { id }, search: { console, log: place } }) as const,
  /** A window with nothing but one console in it. */
  consoleWindow: (id: string, console: string) =>
    ({ to: "/guests/$id", params: { id }, search: { console, only: "console" } }) as const,
  /** `panes` as in `formatPanes`. */
  consoles: (panes?: string) => ({ to: "/consoles", search: panes === undefined ? {} : { panes } }) as const,
  images: () => ({ to: "/images" }) as const,
  kernels: () => ({ to: "/kernels" }) as const,
  activity: () => ({ to: "/activity" }) as const,
  people: () => ({ to: "/people" }) as const,
  account: () => ({ to: "/account" }) as const,
  /** What a user sees, for an admin to look at. */
  seenBy: (user: string) => ({ to: "/seen-by/$user", params: { user } }) as const,
  settings: () => ({ to: "/settings" }) as const,
  login: (to?: string) => ({ to: "/login", search: to === undefined ? {} : { to } }) as const,
};
