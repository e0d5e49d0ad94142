import { CorralError } from "@corral/contracts";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isCode } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";

/** The event feed says what is stale long before this; it bounds how wrong the page can be without the feed. */
const STALE_AFTER_MS = 30_000;

/** A session that ended shows first as a refused request, wherever that was: who I am is then asked anew. */
const noticeLogout = (error: unknown) => {
  if (!isCode(error, "not_logged_in")) return;
  if (queryClient.getQueryState(meQuery.queryKey)?.error) return;
  void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeLogout }),
  mutationCache: new MutationCache({ onError: noticeLogout }),
  defaultOptions: {
    queries: {
      staleTime: STALE_AFTER_MS,
      // What the server answered, it will answer again; silence may pass.
      retry: (failures, error) => !(error instanceof CorralError) && failures < 2,
    },
  },
});
