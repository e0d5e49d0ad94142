import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { BlockList, isIPv6 } from "node:net";
import { CorralError } from "@corral/contracts";
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Certificate } from "./certificate.ts";
import type { ConnectionGate } from "./connections/connectionGate.ts";
import { guardConnections } from "./connections/guardConnections.ts";
import { networkOfAddress, plainAddress } from "./people/address.ts";
import { answerMalformed, answerWith } from "./plugins/errors.ts";

/** The largest body: a definition with everything at its maximum is a tenth of it. */
const BODY_MAXIMUM_BYTES = 1024 * 1024;
/** Ends a request whose headers and body do not come in. */
const REQUEST_TIMEOUT_MS = 60_000;
/** A connection on which nothing is asked is closed after so long: longer than a proxy keeps one (nginx: 60 s). */
const KEEP_ALIVE_MS = 72_000;

interface HttpServerOptions {
  readonly trustedProxies: readonly string[];
  readonly gate: ConnectionGate;
  /** Null: it speaks plain HTTP. */
  readonly certificate: Certificate | null;
  readonly log: FastifyBaseLogger;
}

/** Fastify over a server whose connections pass a gate first. It has no routes and no hooks yet. */
export const httpServer = ({ trustedProxies, gate, certificate, log }: HttpServerOptions): FastifyInstance => {
  const isProxy = addressMatcher(trustedProxies);
  const listen = (serve: RequestListener): Server => {
    // What has no Host is refused like all else that is wrong, in the documented form.
    const options = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false };
    const server = certificate === null ? createServer(options, serve) : tlsServer(certificate, options, serve);
    server.on("checkExpectation", serve);
    guardConnections(server, (socket) => {
      const address = plainAddress(socket.remoteAddress);
      return gate.admit(socket, isProxy(address) ? null : networkOfAddress(address));
    });
    return server;
  };
  const http = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => crypto.randomUUID(),
    bodyLimit: BODY_MAXIMUM_BYTES,
    forceCloseConnections: "idle",
    // Its own answer has another form than ours.
    return503OnClosing: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    serverFactory: listen,
    clientErrorHandler: (error, socket) => answerMalformed(error, socket),
    // A malformed address is met before any route, hook or error handler of ours.
    frameworkErrors: (error, request, reply) => {
      answerWith(new CorralError("invalid_request", `The address is malformed: ${error.message}`), request, reply);
    },
  });
  http.removeContentTypeParser("text/plain");
  return http as unknown as FastifyInstance;
};

/** Connections that there are keep the certificate that they began with. */
const tlsServer = (certificate: Certificate, options: ServerOptions, serve: RequestListener): Server => {
  const server = createTlsServer({ ...options, ...certificate.pem }, serve);
  certificate.onTaken((pem) => server.setSecureContext(pem));
  return server;
};

const addressMatcher = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, familyOf(address));
};

const familyOf = (address: string): "ipv4" | "ipv6" => (isIPv6(address) ? "ipv6" : "ipv4");
