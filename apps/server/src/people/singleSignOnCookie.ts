import { pagePath } from "@corral/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

/** What the browser that began a login keeps until it comes back: only there is the provider's answer worth anything. */
const pendingLogin = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE: whoever has only caught the code cannot use it. */
  verifier: z.string(),
  /** Where the provider sends the browser back to. */
  returnTo: z.url(),
  /** The page to show then: only one of this server's, whoever has written the cookie. */
  to: pagePath,
});
export type PendingLogin = z.output<typeof pendingLogin>;

/** Long enough to find a phone with a second factor. */
const LIFETIME_S = 10 * 60;

/** As with the session's cookie: without HTTPS the port tells servers on one machine apart. */
const nameFor = (request: FastifyRequest): string =>
  request.protocol === "https" ? "__Host-corral-sign-on" : `corral-sign-on-${request.raw.socket.localPort ?? 0}`;

/** Lax: it comes back with a page that the provider's page leads to. */
const optionsFor = (request: FastifyRequest) =>
  ({ path: "/", httpOnly: true, sameSite: "lax", secure: request.protocol === "https" }) as const;

export const setPendingLogin = (request: FastifyRequest, reply: FastifyReply, pending: PendingLogin): void => {
  const value = Buffer.from(JSON.stringify(pending)).toString("base64url");
  reply.setCookie(nameFor(request), value, { ...optionsFor(request), maxAge: LIFETIME_S });
};

/** Takes it out of the browser: it is good for one answer. Null: there is none, or it is not one of ours. */
export const takePendingLogin = (request: FastifyRequest, reply: FastifyReply): PendingLogin | null => {
  const value = request.cookies[nameFor(request)];
  if (value === undefined) return null;
  reply.clearCookie(nameFor(request), optionsFor(request));
  try {
    return pendingLogin.parse(JSON.parse(Buffer.from(value, "base64url").toString()));
  } catch {
    return null;
  }
};
