import { listAll } from "@corral/contracts";
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { key } from "./queries.ts";

/* What the pages People, Account and My guests show. */

export const usersQuery = queryOptions({
  queryKey: key("people", "users"),
  queryFn: ({ signal }) => listAll((query) => api.listUsers({ query }, { signal })),
});

export const groupsQuery = queryOptions({
  queryKey: key("people", "groups"),
  queryFn: ({ signal }) => listAll((query) => api.listGroups({ query }, { signal })),
});

export const invitesQuery = queryOptions({
  queryKey: key("people", "invites"),
  queryFn: ({ signal }) => listAll((query) => api.listInvites({ query }, { signal })),
});

export const sessionsQuery = queryOptions({
  queryKey: key("account", "sessions"),
  queryFn: ({ signal }) => listAll((query) => api.listSessions({ query }, { signal })),
});

export const keysQuery = queryOptions({
  queryKey: key("account", "keys"),
  queryFn: ({ signal }) => listAll((query) => api.listKeys({ query }, { signal })),
});

export const passkeysQuery = queryOptions({
  queryKey: key("account", "passkeys"),
  queryFn: ({ signal }) => listAll((query) => api.listPasskeys({ query }, { signal })),
});

export const secondFactorQuery = queryOptions({
  queryKey: key("account", "second-factor"),
  queryFn: ({ signal }) => api.secondFactor({}, { signal }),
});

export const templatesQuery = queryOptions({
  queryKey: key("portal", "templates"),
  queryFn: ({ signal }) => listAll((query) => api.listTemplates({ query }, { signal })),
});

/** Mine, or for an admin another user's. */
export const quotaQuery = (seenBy?: string) =>
  queryOptions({
    queryKey: key("portal", "quota", seenBy),
    queryFn: ({ signal }) => api.getQuota({ query: { user: seenBy } }, { signal }),
  });

/** Deleted guests that can be brought back: mine, or for an admin those that another user sees. */
export const discardedQuery = (seenBy?: string) =>
  queryOptions({
    queryKey: key("portal", "discarded", seenBy),
    queryFn: ({ signal }) => listAll((page) => api.listDiscarded({ query: { as: seenBy, ...page } }, { signal })),
  });

/** The guests that somebody else sees, for an admin. */
export const guestsSeenByQuery = (user: string) =>
  queryOptions({
    queryKey: key("guests", "seen-by", user),
    queryFn: ({ signal }) => listAll((page) => api.listGuests({ query: { as: user, ...page } }, { signal })),
  });

/** An address may come, go and change without an event. */
const CARDS_EVERY_MS = 15_000;

export const cardsQuery = (seenBy?: string) =>
  queryOptions({
    queryKey: key("guests", "cards", seenBy),
    queryFn: ({ signal }) => listAll((page) => api.listCards({ query: { as: seenBy, ...page } }, { signal })),
    refetchInterval: CARDS_EVERY_MS,
  });

export const guestAccessQuery = (id: string) =>
  queryOptions({
    queryKey: key("guests", "access", id),
    queryFn: ({ signal }) => api.getGuestAccess({ params: { id } }, { signal }),
  });
