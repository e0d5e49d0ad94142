import type { FastifyBaseLogger } from "fastify";

/** What the host has too little of for a moment. */
const SHORTAGES: readonly unknown[] = ["EMFILE", "ENFILE", "ENOBUFS", "ENOSPC", "EDQUOT", "EROFS", "EIO"];

const isShortage = (error: unknown): boolean => SHORTAGES.includes((error as NodeJS.ErrnoException | null)?.code);

/**
 * A defect that nobody caught is told in the log. One in something that was waited for ends nothing else; one in the
 * middle of something ends the server, unless the host merely ran out of something: everybody would lose their consoles.
 */
export const surviveDefects = (log: FastifyBaseLogger, end: (error: unknown) => never): void => {
  process.on("unhandledRejection", (error) => {
    log.error({ err: error }, "a defect of Corral's: something failed and nobody took notice");
  });
  process.on("uncaughtException", (error) => {
    if (!isShortage(error)) end(error);
    log.error({ err: error }, "the host has run out of something; the server goes on without what needed it");
  });
};
