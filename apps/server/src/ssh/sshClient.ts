import { type Client, createClient } from "@corral/contracts";
import type { FastifyInstance } from "fastify";
import type { Origins } from "../origins.ts";
import { SSH_SCHEME } from "./sshLogins.ts";

interface SshClientOptions {
  readonly http: FastifyInstance;
  readonly origins: Origins;
  readonly secret: string;
  readonly address: string;
}

/** The API as whoever came by ssh may use it, without a network between. Rejects with CorralError. */
export const sshClient = ({ http, origins, secret, address }: SshClientOptions): Client =>
  createClient(
    "",
    async (url, { method, body, headers }) => {
      const answer = await http.inject({
        method: method as "GET",
        url,
        remoteAddress: address,
        headers: {
          ...(headers as Record<string, string>),
          host: new URL(origins.first).host,
          authorization: `${SSH_SCHEME} ${secret}`,
        },
        ...(typeof body === "string" ? { payload: body } : {}),
      });
      const hasBody = answer.rawPayload.length > 0;
      return new Response(hasBody ? new Uint8Array(answer.rawPayload) : null, {
        status: answer.statusCode,
        headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]),
      });
    },
    {},
  );
