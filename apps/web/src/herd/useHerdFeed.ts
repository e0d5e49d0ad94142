import { useEffect, useState } from "react";
import { socketUrl } from "../api/client.ts";
import { HerdFeed } from "./HerdFeed.ts";

/** One socket for all thumbnails of a page, as long as the page is open. */
export const useHerdFeed = (): HerdFeed | undefined => {
  const [feed, setFeed] = useState<HerdFeed>();
  useEffect(() => {
    const opened = new HerdFeed({ url: socketUrl("/herd") });
    setFeed(opened);
    return () => opened.close();
  }, []);
  return feed;
};
