import type { FastifyBaseLogger } from "fastify";
import type { Services } from "../services.ts";

/** How events name what Corral does of its own accord. */
const CORRAL = { actor: "corral", by: null, from: null };

/**
 * Sees to it that a newcomer has something to start: the host's kernels, and the demo image, which is given their
 * modules. Never rejects: what could not be had is logged, and asked for again at the next start.
 */
export const stockLibrary = async ({ kernels, images }: Services, log: FastifyBaseLogger): Promise<void> => {
  try {
    if (kernels.list().length === 0) {
      for (const { path } of await kernels.find()) await kernels.register(path, undefined, CORRAL);
    }
  } catch (error) {
    log.warn({ err: error }, "the host's kernels could not be registered");
  }
  try {
    if ((await images.list()).length === 0) images.buildDemo(CORRAL);
  } catch (error) {
    log.warn({ err: error }, "the demo image could not be built");
  }
};
