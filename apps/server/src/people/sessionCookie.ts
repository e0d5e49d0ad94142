import type { FastifyReply, FastifyRequest } from "fastify";
import { SESSION_LIFETIME_MS } from "./sessions.ts";

const isSecure = (request: FastifyRequest): boolean => request.protocol === "https";

/**
 * __Host- keeps other names of the same site from setting it, and wants HTTPS. Without that the port is part of the
 * name, since cookies do not know ports and two servers on one machine would log each other's users out.
 */
const nameFor = (request: FastifyRequest): string =>
  isSecure(request) ? "__Host-corral" : `corral-${request.raw.socket.localPort ?? 0}`;

const optionsFor = (request: FastifyRequest) =>
  ({ path: "/", httpOnly: true, sameSite: "strict", secure: isSecure(request) }) as const;

export const readSessionCookie = (request: FastifyRequest): string | undefined => request.cookies[nameFor(request)];

export const setSessionCookie = (request: FastifyRequest, reply: FastifyReply, secret: string): void => {
  reply.setCookie(nameFor(request), secret, { ...optionsFor(request), maxAge: SESSION_LIFETIME_MS / 1000 });
};

export const clearSessionCookie = (request: FastifyRequest, reply: FastifyReply): void => {
  reply.clearCookie(nameFor(request), optionsFor(request));
};
