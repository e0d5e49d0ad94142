import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { socketUrl } from "../api/client.ts";
import type { Connection } from "../api/ReconnectingSocket.ts";
import { EventFeed } from "./EventFeed.ts";

const Feed = createContext<EventFeed | undefined>(undefined);
const CONNECTING: Connection = { kind: "connecting", failures: 0 };
const nothing = () => () => {};

/** Keeps the page's data live for as long as it is mounted. */
export const FeedProvider = ({ children }: { children: ReactNode }) => {
  const queries = useQueryClient();
  const [feed, setFeed] = useState<EventFeed>();
  useEffect(() => {
    const opened = new EventFeed({
      url: (since) => socketUrl(since === undefined ? "/events" : `/events?since=${since}`),
      onStale: (topics) =>
        void queries.invalidateQueries({
          predicate: ({ queryKey }) => topics === undefined || [...topics].includes(queryKey[0] as never),
        }),
    });
    setFeed(opened);
    return () => opened.close();
  }, [queries]);
  return <Feed value={feed}>{children}</Feed>;
};

export const useFeedConnection = (): { connection: Connection; retryNow: () => void } => {
  const feed = useContext(Feed);
  const connection = useSyncExternalStore(feed?.subscribe ?? nothing, feed?.connection ?? (() => CONNECTING));
  return { connection, retryNow: () => feed?.retryNow() };
};
