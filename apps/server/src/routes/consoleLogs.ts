import { LOG_MARKS_MAXIMUM, LOG_MARKS_MAXIMUM_BYTES } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import { downloadLog } from "../consoles/downloadLog.ts";
import { Searches } from "../consoles/searches.ts";
import { listPage } from "../listPage.ts";
import { route } from "../route.ts";
import type { Services } from "../services.ts";

export const consoleLogRoutes = (api: FastifyInstance, { supervisor }: Services): void => {
  const searches = new Searches();

  route(api, "listBoots", ({ guest, query }) => {
    const boots = supervisor.boots(guest.id).map((boot) => ({ ...boot, id: String(boot.boot) }));
    return listPage(boots, query);
  });

  route(api, "downloadLog", ({ guest, params, query: { format, ...part }, request, reply }) => {
    const log = supervisor.openLog(guest.id, params.name, part);
    const ofBoot = part.boot === undefined ? "" : `-boot${part.boot}`;
    return downloadLog({ log, format, name: `${guest.definition.name}-${params.name}${ofBoot}`, request, reply });
  });

  route(api, "searchLog", ({ guest, params, query, reply }) => {
    const { q, regex, matchCase, limit, ...part } = query;
    const log = supervisor.openLog(guest.id, params.name, part);
    reply.headers({ "cache-control": "no-store" });
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    return searches.begin({
      log,
      query: { pattern: q, isRegex: regex === "true", matchCase: matchCase === "true" },
      limit,
      signal: gone.signal,
    });
  });

  route(api, "logIndex", ({ guest, params }) => {
    const { range, stretches } = supervisor.openLog(guest.id, params.name, {});
    return { start: range.from, end: range.to, kept: [...stretches] };
  });

  route(api, "logMarks", ({ guest, params, query: { from, to } }) => {
    const part = { from, to: Math.min(to, from + LOG_MARKS_MAXIMUM_BYTES) };
    return supervisor.openLog(guest.id, params.name, part).marks(LOG_MARKS_MAXIMUM);
  });
};
