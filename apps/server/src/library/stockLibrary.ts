import type { FastifyBaseLogger } from "fastify";
import type { Services } from "../services.ts";

/** How events name what Corral does of its own accord. */
const CORRAL = { actor: "corral", by: null, from: null };

/**
 * Sees to it that a newcomer has something to start: the host's kernels, and the demo image, which is given their
 * modules. Never rejects: what could not be had is logged, and asked for again at the next start.
 */
export const stockLibrary = async ({ store, kernels, images }: Services, log: FastifyBaseLogger): Promise<void> => {
  try {
    if (store.kernels.list().length === 0) {
      const found = (await kernels.find()).filter(({ problem }) => problem === null);
      for (const { path } of found) await kernels.register(path, undefined, CORRAL);
    }
  } catch (error) {
    log.warn({ err: error }, "the host's kernels could not be registered");
  }
  try {
    if (store.images.list().length === 0) images.buildDemo(CORRAL);
  } catch (error) {
    log.warn({ err: error }, "the demo image could not be built");
  }
};
