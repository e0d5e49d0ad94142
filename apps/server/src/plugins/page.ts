import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { API_PREFIX } from "@corral/contracts";
import serveFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Where the page's build lies, seen from src/ and from dist/. */
export const BUILT_PAGE = fileURLToPath(new URL("../../../web/dist", import.meta.url));

/** A year, which is for ever in HTTP: a file whose name has its content's hash never changes. */
const HASHED_ASSETS_MAX_AGE_S = 365 * 24 * 3600;

/** Serves the page: its files, and for every address inside it the page itself, which knows what to show there. */
export const page = async (app: FastifyInstance, folder: string): Promise<void> => {
  if (!existsSync(join(folder, "index.html"))) {
    app.get("/", async (_request, reply) =>
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
  app.get("/*", async (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    // Only addresses of the page: a missing file or endpoint must not look like one that is there.
    if (path.startsWith(API_PREFIX) || path.startsWith("/api/") || /\.[^/]*$/.test(path)) return reply.callNotFound();
    return reply.sendFile("index.html");
  });
};
