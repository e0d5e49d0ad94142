import { request } from "node:http";
import { Readable } from "node:stream";

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Statuses whose answer may not have a body, as Response demands. */
const bodiless = new Set([204, 205, 304]);

/** `fetch` over a unix socket; the host in the address does not matter. */
export const socketFetch =
  (socketPath: string): Fetch =>
  (url, init) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const { signal, method = "GET" } = init;
      const call = request(
        {
          socketPath,
          path: pathname + search,
          method,
          headers: Object.fromEntries(new Headers(init.headers)),
          ...(signal ? { signal } : {}),
        },
        (answer) => {
          const status = answer.statusCode ?? 500;
          const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          );
          if (bodiless.has(status)) answer.resume();
          const body = bodiless.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
          resolve(new Response(body, { status, headers }));
        },
      );
      call.on("error", reject);
      call.end(init.body ?? undefined);
    });
