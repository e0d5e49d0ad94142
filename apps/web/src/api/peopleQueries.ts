import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { key } from "./queries.ts";

/* What the pages People, Account and My guests show. */

export const usersQuery = queryOptions({
  queryKey: key("people", "users"),
  queryFn: async ({ signal }) => (await api.listUsers({}, { signal })).items,
});

export const groupsQuery = queryOptions({
  queryKey: key("people", "groups"),
  queryFn: async ({ signal }) => (await api.listGroups({}, { signal })).items,
});

export const invitesQuery = queryOptions({
  queryKey: key("people", "invites"),
  queryFn: async ({ signal }) => (await api.listInvites({}, { signal })).items,
});

export const sessionsQuery = queryOptions({
  queryKey: key("account", "sessions"),
  queryFn: async ({ signal }) => (await api.listSessions({}, { signal })).items,
});

export const keysQuery = queryOptions({
  queryKey: key("account", "keys"),
  queryFn: async ({ signal }) => (await api.listKeys({}, { signal })).items,
});

export const passkeysQuery = queryOptions({
  queryKey: key("account", "passkeys"),
  queryFn: async ({ signal }) => (await api.listPasskeys({}, { signal })).items,
});

export const secondFactorQuery = queryOptions({
  queryKey: key("account", "second-factor"),
  queryFn: ({ signal }) => api.secondFactor({}, { signal }),
});

export const templatesQuery = queryOptions({
  queryKey: key("portal", "templates"),
  queryFn: async ({ signal }) => (await api.listTemplates({}, { signal })).items,
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
    queryFn: async ({ signal }) => (await api.listDiscarded({ query: { as: seenBy } }, { signal })).items,
  });

/** The guests that somebody else sees, for an admin. */
export const guestsSeenByQuery = (user: string) =>
  queryOptions({
    queryKey: key("guests", "seen-by", user),
    queryFn: async ({ signal }) => (await api.listGuests({ query: { as: user, limit: 1000 } }, { signal })).items,
  });

/** An address may come, go and change without an event. */
const CARDS_EVERY_MS = 15_000;

export const cardsQuery = (seenBy?: string) =>
  queryOptions({
    queryKey: key("guests", "cards", seenBy),
    queryFn: async ({ signal }) => (await api.listCards({ query: { as: seenBy } }, { signal })).items,
    refetchInterval: CARDS_EVERY_MS,
  });

export const guestAccessQuery = (id: string) =>
  queryOptions({
    queryKey: key("guests", "access", id),
    queryFn: ({ signal }) => api.getGuestAccess({ params: { id } }, { signal }),
  });
