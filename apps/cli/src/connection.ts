import { connect } from "node:net";
import { join } from "node:path";
import { API_PREFIX, type Client, createClient } from "@corral/contracts";
import type { ClientOptions } from "ws";
import { adminSocket } from "./adminSocket.ts";
import { dataFolder } from "./dataFolder.ts";
import { CommandError, EXIT } from "./exitCodes.ts";
import { socketFetch } from "./socketFetch.ts";

/** A server that can be asked things. Nothing is sent before the first call. */
export interface Connection {
  readonly client: Client;
  /** In words, for messages. */
  readonly where: string;
  /** What opens a WebSocket of this server at `path` below the API. */
  webSocket(path: string): { readonly url: string; readonly options: ClientOptions };
}

/** A call could not reach the server at all. */
export const unreachable = (where: string, reason: string): CommandError =>
  new CommandError(EXIT.unreachable, `No Corral server answers at ${where} (${reason}). npm start starts one.`);

/**
 * $CORRAL_URL with $CORRAL_TOKEN, or else the socket in the data folder, where whoever may open it is admin.
 */
export const connectionFrom = (env: Readonly<Record<string, string | undefined>>): Connection =>
  env.CORRAL_URL ? overNetwork(env.CORRAL_URL, env.CORRAL_TOKEN) : overSocket(dataFolder(env));

const overSocket = (home: string): Connection => {
  const path = adminSocket(home);
  const where = join(home, "admin.sock");
  return {
    client: createClient("http://localhost", explained(where, socketFetch(path))),
    where,
    // Not by an address: in `ws+unix:` a colon ends the path, and blanks and question marks mean something else.
    webSocket: (below) => ({
      url: `ws://localhost${API_PREFIX}${below}`,
      options: { createConnection: () => connect(path) },
    }),
  };
};

const overNetwork = (address: string, token: string | undefined): Connection => {
  const base = URL.canParse(address) ? new URL(address) : undefined;
  if (base?.protocol !== "http:" && base?.protocol !== "https:") {
    throw new CommandError(EXIT.usage, "CORRAL_URL must be an address such as https://corral.example:7070");
  }
  if (!token) {
    throw new CommandError(
      EXIT.usage,
      "CORRAL_URL is set, but CORRAL_TOKEN is not. Make a token with: corral token create <label>, on the server's host.",
    );
  }
  const headers = { authorization: `Bearer ${token}` };
  return {
    client: createClient(base.origin, explained(base.origin, fetch), headers),
    where: base.origin,
    webSocket: (below) => ({ url: base.origin.replace(/^http/, "ws") + API_PREFIX + below, options: { headers } }),
  };
};

/** Turns "fetch failed" and its like into where and why. */
const explained =
  (where: string, send: (url: string, init: RequestInit) => Promise<Response>): typeof send =>
  async (url, init) => {
    try {
      return await send(url, init);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw unreachable(where, reasonOf(error));
    }
  };

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
};
