import { API_PREFIX, createClient } from "@corral/contracts";

/** The API of the server that this page came from; the session's cookie goes along by itself. */
export const api = createClient("", (url, init) => fetch(url, init));

/** A socket of the same server, below the API's prefix. */
export const socketUrl = (path: string): string => {
  const url = new URL(API_PREFIX + path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
};
