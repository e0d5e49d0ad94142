import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/**
 * No script runs that is not a file of ours. Styles may stand inline, because the terminal and the widgets set theirs
 * that way; a style runs nothing.
 */
export const securityHeaders = async (app: FastifyInstance, { https }: { https: boolean }): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Over plain HTTP browsers ignore it, and a name that once had HTTPS on another port would be locked out.
    strictTransportSecurity: https,
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
  });
};
