import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PAGES } from "@corral/contracts";
import serveFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Where the page's build lies, seen from src/ and from dist/. */
export const BUILT_PAGE = fileURLToPath(new URL("../../../web/dist", import.meta.url));

/** A year, which is for ever in HTTP: a file whose name has its content's hash never changes. */
const HASHED_ASSETS_MAX_AGE_S = 365 * 24 * 3600;

/** No part of the described API. */
const HIDDEN = { schema: { hide: true } as object };

/**
 * Serves the page: its files, and for each of its addresses the page itself, which knows what to show there. Somebody who
 * is lost is told so by the page, and a program by an error; for both it is 404.
 */
export const page = async (app: FastifyInstance, folder: string): Promise<void> => {
  const index = join(folder, "index.html");
  if (!existsSync(index)) {
    app.get("/", HIDDEN, async (_request, reply) =>
      reply.type("text/plain").send("The page has not been built: npm run build. The API works, see /api/docs.\n"),
    );
    return;
  }
  await app.register(serveFiles, {
    root: folder,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(folder, "assets"));
      reply.header("cache-control", hashed ? `public, max-age=${HASHED_ASSETS_MAX_AGE_S}, immutable` : "no-cache");
    },
  });
  for (const address of Object.values(PAGES)) {
    // The file itself is served there already.
    if (address === "/") continue;
    app.get(address.replaceAll("$", ":"), HIDDEN, (_request, reply) => reply.sendFile("index.html"));
  }
  app.get("/*", HIDDEN, async (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const isForPerson = request.headers.accept?.includes("text/html") === true;
    if (!isForPerson || path.startsWith("/api") || /\.[^/]*$/.test(path)) return reply.callNotFound();
    return reply
      .code(404)
      .type("text/html")
      .header("cache-control", "no-cache")
      .send(await readFile(index));
  });
};
