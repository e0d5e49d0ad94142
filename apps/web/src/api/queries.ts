import { type EventQuery, type GuestVitals, listAll, VITALS_EVERY_MS } from "@corral/contracts";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";

const EVENTS_PAGE = 100;
/** Lines of what was typed that are shown. */
const TYPED_SHOWN = 500;
const AUDIT_EVERY_MS = 5_000;

/** First parts of the query keys; the event feed says which of them a change touches. */
export type Topic =
  | "me"
  | "guests"
  | "images"
  | "kernels"
  | "tasks"
  | "events"
  | "audit"
  | "tokens"
  | "people"
  | "account"
  | "portal"
  | "health"
  | "typed"
  | "inside"
  | "vitals"
  | "strangers"
  | "links"
  | "watched"
  | "ssh";

export const key = <K extends readonly unknown[]>(topic: Topic, ...rest: K) => [topic, ...rest] as const;

export const meQuery = queryOptions({
  queryKey: key("me"),
  queryFn: ({ signal }) => api.me({}, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const loginWaysQuery = queryOptions({
  queryKey: ["login-ways"],
  queryFn: ({ signal }) => api.loginWays({}, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const guestsQuery = queryOptions({
  queryKey: key("guests", "all"),
  queryFn: ({ signal }) => listAll((query) => api.listGuests({ query }, { signal })),
});

/** `id` is an id or a name. */
export const guestQuery = (id: string) =>
  queryOptions({
    queryKey: key("guests", "one", id),
    queryFn: ({ signal }) => api.getGuest({ params: { id } }, { signal }),
  });

/** What was last measured of all guests, by their ids. */
export const allVitalsQuery = queryOptions({
  queryKey: key("vitals", "all"),
  queryFn: async ({ signal }) => {
    const items = await listAll((query) => api.listVitals({ query }, { signal }));
    return Object.fromEntries(items.map(({ id, vitals }) => [id, vitals])) as Readonly<Record<string, GuestVitals>>;
  },
  refetchInterval: VITALS_EVERY_MS,
});

/** The same of one guest, with its newest samples. */
export const vitalsQuery = (id: string) =>
  queryOptions({
    queryKey: key("vitals", "one", id),
    queryFn: ({ signal }) => api.getVitals({ params: { id } }, { signal }),
    refetchInterval: VITALS_EVERY_MS,
  });

/** Its newest boots, newest first. */
export const bootsQuery = (id: string) =>
  queryOptions({
    queryKey: key("guests", "boots", id),
    queryFn: async ({ signal }) => (await api.listBoots({ params: { id } }, { signal })).items,
  });

/** Stale with whatever changes about the guest. */
export const debuggerQuery = (id: string) =>
  queryOptions({
    queryKey: key("guests", "debugger", id),
    queryFn: ({ signal }) => api.readDebugger({ params: { id } }, { signal }),
    retry: false,
  });

/** A guest spends some milliseconds on each look. */
const LOOK_EVERY_MS = 3_000;

export const processesQuery = (id: string) =>
  queryOptions({
    queryKey: key("inside", "processes", id),
    queryFn: ({ signal }) => api.listProcesses({ params: { id } }, { signal }),
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });

export const networkQuery = (id: string) =>
  queryOptions({
    queryKey: key("inside", "network", id),
    queryFn: ({ signal }) => api.readNetwork({ params: { id } }, { signal }),
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });

export const socketsQuery = (id: string) =>
  queryOptions({
    queryKey: key("inside", "sockets", id),
    queryFn: ({ signal }) => api.listSockets({ params: { id } }, { signal }),
    refetchInterval: LOOK_EVERY_MS,
    retry: false,
  });

export const imagesQuery = queryOptions({
  queryKey: key("images"),
  queryFn: ({ signal }) => listAll((query) => api.listImages({ query }, { signal })),
});

export const kernelsQuery = queryOptions({
  queryKey: key("kernels", "registered"),
  queryFn: ({ signal }) => listAll((query) => api.listKernels({ query }, { signal })),
});

export const foundKernelsQuery = (folder: string | undefined) =>
  queryOptions({
    queryKey: key("kernels", "found", folder),
    queryFn: ({ signal }) => listAll((page) => api.findKernels({ query: { folder, ...page } }, { signal })),
  });

export const tasksQuery = queryOptions({
  queryKey: key("tasks"),
  queryFn: async ({ signal }) => (await api.listTasks({ query: { limit: 50 } }, { signal })).items,
});

/** Newest first; the next page is what came before the oldest event shown. `seenBy`: whose events, for an admin. */
export const eventsQuery = (filter: EventQuery = {}, seenBy?: string) =>
  infiniteQueryOptions({
    queryKey: key("events", filter, seenBy),
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: EVENTS_PAGE, before: pageParam, as: seenBy, ...filter };
      return (await api.listEvents({ query }, { signal })).items;
    },
    placeholderData: (before) => before,
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.length < EVENTS_PAGE ? undefined : page.at(-1)?.seq),
  });

export const auditQuery = queryOptions({
  queryKey: key("audit"),
  queryFn: ({ signal }) => api.getAudit({}, { signal }),
  // Deliveries come and go without an event of their own.
  refetchInterval: AUDIT_EVERY_MS,
});

export const tokensQuery = queryOptions({
  queryKey: key("tokens"),
  queryFn: ({ signal }) => listAll((query) => api.listTokens({ query }, { signal })),
});

/** The newest of what was typed, oldest first. */
export const typedQuery = (guest: string) =>
  queryOptions({
    queryKey: key("typed", guest),
    queryFn: async ({ signal }) => {
      const query = { limit: TYPED_SHOWN, sort: "-at" } as const;
      return (await api.listTyped({ params: { id: guest }, query }, { signal })).items.toReversed();
    },
  });

export const watchLinksQuery = (guest: string) =>
  queryOptions({
    queryKey: key("links", guest),
    queryFn: ({ signal }) => listAll((query) => api.listWatchLinks({ params: { id: guest }, query }, { signal })),
  });

/** What a watch-only link leads to. */
export const watchedQuery = (secret: string) =>
  queryOptions({
    queryKey: key("watched", secret),
    queryFn: ({ signal }) => api.openWatchLink({ body: { secret } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Nobody tells of them: they are looked for again and again while somebody looks. */
const STRANGERS_EVERY_MS = 10_000;

export const strangersQuery = queryOptions({
  queryKey: key("strangers"),
  queryFn: ({ signal }) => listAll((query) => api.listStrangers({ query }, { signal })),
  refetchInterval: STRANGERS_EVERY_MS,
});

export const healthQuery = queryOptions({
  queryKey: key("health"),
  queryFn: ({ signal }) => api.health({}, { signal }),
});

export const sshDoorQuery = queryOptions({
  queryKey: key("ssh"),
  queryFn: ({ signal }) => api.getSshDoor({}, { signal }),
});
