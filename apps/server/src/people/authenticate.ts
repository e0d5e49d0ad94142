import { userInfo } from "node:os";
import type { User } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { FastifyRequest } from "fastify";
import { isFromAdminSocket } from "../adminSocket.ts";
import { SSH_SCHEME, type SshLogins } from "../ssh/sshLogins.ts";
import { ADMIN_SOCKET, addressOf } from "./address.ts";
import type { Caller, TokenLimits } from "./caller.ts";
import { readSessionCookie } from "./sessionCookie.ts";
import type { Sessions } from "./sessions.ts";
import { type Tickets, ticketOf } from "./tickets.ts";
import type { Tokens } from "./tokens.ts";

/** Stands for the admin socket's user as long as there is no admin whose name it could use. */
const NOBODY_YET: Caller["user"] = { id: "0".repeat(16), name: "admin-socket", role: "admin" };

/** Finds out who makes a request. */
export class Authenticator {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #tokens: Tokens;
  readonly #sshLogins: SshLogins;
  readonly #tickets: Tickets;

  constructor(store: Store, sessions: Sessions, tokens: Tokens, sshLogins: SshLogins, tickets: Tickets) {
    this.#store = store;
    this.#sessions = sessions;
    this.#tokens = tokens;
    this.#sshLogins = sshLogins;
    this.#tickets = tickets;
  }

  /** Null for a stranger. A request with an Authorization header is judged by that alone, whatever cookies it carries. */
  identify(request: FastifyRequest): Caller | null {
    if (isFromAdminSocket(request.raw)) return this.#socketCaller();
    const { authorization } = request.headers;
    if (authorization?.startsWith(`${SSH_SCHEME} `)) {
      return this.#sshLogins.identify(authorization.slice(SSH_SCHEME.length + 1));
    }
    if (authorization !== undefined) {
      return caller("token", request, this.#tokens.identify(tokenIn(authorization)));
    }
    if (ticketOf(request) !== null) {
      const caller = this.#tickets.take(request);
      return caller !== null && this.isStillGood(caller) ? caller : null;
    }
    const secret = readSessionCookie(request);
    return secret === undefined ? null : caller("session", request, this.#sessions.identify(secret));
  }

  /** Why whoever sent this is a stranger, though they came with something; null: they came with nothing, or a cookie. */
  whyRefused({ headers: { authorization } }: FastifyRequest): string | null {
    if (authorization === undefined || authorization.startsWith(`${SSH_SCHEME} `)) return null;
    return this.#tokens.whyRefused(tokenIn(authorization));
  }

  /** Whether what this caller came with still counts, and for as much. */
  isStillGood({ by, credential, user }: Caller): boolean {
    if (credential === null) return true;
    if (by === "ssh") return this.#sshLogins.identify(credential)?.user.role === user.role;
    const { sessions, tokens } = this.#store;
    const found = by === "session" ? sessions.findLiveById(credential) : tokens.findLive(credential);
    return found?.user.role === user.role;
  }

  /** Whoever may open the socket is this server's own user, so they act as its admin. */
  #socketCaller(): Caller {
    const user = this.#store.users.firstAdmin() ?? NOBODY_YET;
    return { user, by: "socket", actor: `${userInfo().username}@socket`, credential: null, from: ADMIN_SOCKET };
  }
}

const caller = (
  by: "session" | "token",
  request: FastifyRequest,
  found: { id: string; user: User; limits?: TokenLimits } | null,
): Caller | null =>
  found && {
    user: found.user,
    by,
    actor: found.user.name,
    credential: found.id,
    from: addressOf(request),
    ...(found.limits === undefined ? {} : { limits: found.limits }),
  };

const tokenIn = (authorization: string): string => authorization.replace(/^Bearer +/i, "");
