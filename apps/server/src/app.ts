import { join } from "node:path";
import { API_PREFIX, CLIENT_FRAME_MAXIMUM_BYTES } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import cookie from "@fastify/cookie";
import websocket from "@fastify/websocket";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import { rightOn } from "./access.ts";
import { Retention } from "./audit/retention.ts";
import { Webhook } from "./audit/webhook.ts";
import { Certificate } from "./certificate.ts";
import { pageConnections } from "./connections/pageConnections.ts";
import { Typing } from "./consoles/typing.ts";
import { WatchLinks } from "./consoles/watchLinks.ts";
import { Debuggers } from "./debugger/debuggers.ts";
import { EventLog } from "./events/eventLog.ts";
import { logGuestEvents } from "./events/guestEvents.ts";
import { KeptEvents } from "./events/keptEvents.ts";
import { Addresses } from "./guests/addresses.ts";
import { DiscardedGuests } from "./guests/discardedGuests.ts";
import { Guests } from "./guests/guests.ts";
import { Quotas } from "./guests/quotas.ts";
import { HostFacts } from "./hostFacts.ts";
import { httpServer } from "./httpServer.ts";
import { GuestCommands } from "./inside/guestCommands.ts";
import type { HostTools } from "./library/hostTools.ts";
import { ImageFolder } from "./library/imageFolder.ts";
import { Images } from "./library/images.ts";
import { Kernels } from "./library/kernels.ts";
import { Devices } from "./mconsole/devices.ts";
import { Mconsole } from "./mconsole/mconsole.ts";
import { Origins } from "./origins.ts";
import { Accounts } from "./people/accounts.ts";
import { Authenticator } from "./people/authenticate.ts";
import { LoginLinks } from "./people/loginLinks.ts";
import { LoginThrottle } from "./people/loginThrottle.ts";
import { PasskeyLogins } from "./people/passkeyLogins.ts";
import { Passkeys } from "./people/passkeys.ts";
import { PasswordLogins } from "./people/passwordLogins.ts";
import { SecondFactors } from "./people/secondFactors.ts";
import { Sessions } from "./people/sessions.ts";
import { SingleSignOn } from "./people/singleSignOn.ts";
import { Tickets } from "./people/tickets.ts";
import { Tokens } from "./people/tokens.ts";
import { ViewAs } from "./people/viewAs.ts";
import { authentication } from "./plugins/authentication.ts";
import { databaseWrites } from "./plugins/databaseWrites.ts";
import { errors } from "./plugins/errors.ts";
import { openApi } from "./plugins/openApi.ts";
import { originGuard } from "./plugins/originGuard.ts";
import { page } from "./plugins/page.ts";
import { rateLimits } from "./plugins/rateLimits.ts";
import { refusedCalls } from "./plugins/refusedCalls.ts";
import { requestLog } from "./plugins/requestLog.ts";
import { securityHeaders } from "./plugins/securityHeaders.ts";
import { stopping } from "./plugins/stopping.ts";
import { accountRoutes } from "./routes/account.ts";
import { auditRoutes } from "./routes/audit.ts";
import { consoleLogRoutes } from "./routes/consoleLogs.ts";
import { consoleRoutes } from "./routes/consoles.ts";
import { debuggerRoutes } from "./routes/debugger.ts";
import { eventRoutes } from "./routes/events.ts";
import { groupRoutes } from "./routes/groups.ts";
import { guestAccessRoutes } from "./routes/guestAccess.ts";
import { guestRoutes } from "./routes/guests.ts";
import { healthRoutes } from "./routes/health.ts";
import { herdRoutes } from "./routes/herd.ts";
import { imageRoutes } from "./routes/images.ts";
import { insideRoutes } from "./routes/inside.ts";
import { kernelRoutes } from "./routes/kernels.ts";
import { mconsoleRoutes } from "./routes/mconsole.ts";
import { passkeyRoutes } from "./routes/passkeys.ts";
import { portalRoutes } from "./routes/portal.ts";
import { secondFactorRoutes } from "./routes/secondFactor.ts";
import { sessionRoutes } from "./routes/session.ts";
import { singleSignOnRoutes } from "./routes/singleSignOn.ts";
import { sshDoorRoutes } from "./routes/sshDoor.ts";
import { sshKeyRoutes } from "./routes/sshKeys.ts";
import { strangerRoutes } from "./routes/strangers.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { templateRoutes } from "./routes/templates.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { typingRoutes } from "./routes/typing.ts";
import { userRoutes } from "./routes/users.ts";
import { vitalsRoutes } from "./routes/vitals.ts";
import { watchLinkRoutes } from "./routes/watchLinks.ts";
import type { Services } from "./services.ts";
import type { Settings } from "./settings.ts";
import { LiveSockets } from "./sockets/liveSockets.ts";
import { SshEntry } from "./ssh/sshEntry.ts";
import { SshLogins } from "./ssh/sshLogins.ts";
import { TaskRunner } from "./tasks/taskRunner.ts";
import { validatorCompiler } from "./validation.ts";

/** A request that is being answered when the server closes gets so long to end. */
const FINISHING_GRACE_MS = 5_000;

export interface AppOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly tools: HostTools;
  readonly log: FastifyBaseLogger;
  /** Folder of the built page. */
  readonly pageFolder: string;
}

export interface App {
  readonly http: FastifyInstance;
  readonly services: Services;
}

/** Puts the server together. It listens to nobody yet, and owns neither the store nor the supervisor. */
export const buildApp = async (options: AppOptions): Promise<App> => {
  const { settings, log, pageFolder } = options;
  const services = newServices(options);
  const { connections: gate, certificate } = services;
  const http = httpServer({ trustedProxies: settings.trustedProxies, gate, certificate, log });

  http.setValidatorCompiler(validatorCompiler);
  http.setSerializerCompiler(serializerCompiler);
  errors(http, options.store);
  requestLog(http);
  stopping(http);
  await securityHeaders(http, { https: services.origins.first.startsWith("https:") });
  await http.register(cookie);
  await http.register(websocket, {
    options: { maxPayload: CLIENT_FRAME_MAXIMUM_BYTES, perMessageDeflate: false },
    // Closing them is done below, with a code and a reason.
    preClose: (done: () => void) => done(),
    errorHandler: (error, socket, request) => {
      request.log.info({ reason: error.message }, "a socket failed");
      socket.terminate();
    },
  });
  originGuard(http, services.origins);
  await rateLimits(http);
  await openApi(http);
  await http.register(
    async (api) => {
      authentication(api, services);
      refusedCalls(api, services);
      databaseWrites(api, services);
      for (const routes of ROUTES) routes(api, services);
    },
    { prefix: API_PREFIX },
  );
  await page(http, pageFolder);

  // For as long as the supervisor tells anything, which is longer than anybody can ask.
  logGuestEvents({ ...options, events: services.events });
  http.addHook("onListen", async () => {
    const address = http.server.address();
    if (typeof address === "object" && address !== null) services.origins.listeningOn(address.port);
  });
  http.addHook("preClose", async () => {
    await services.sockets.closeAll();
    setTimeout(() => http.server.closeAllConnections(), FINISHING_GRACE_MS).unref();
  });
  http.addHook("onClose", async () => {
    certificate?.close();
    services.discarded.close();
    services.retention.close();
    services.webhook.close();
    await services.tasks.close();
  });
  await http.ready();
  return { http, services };
};

const ROUTES = [
  healthRoutes,
  sessionRoutes,
  singleSignOnRoutes,
  tokenRoutes,
  sshKeyRoutes,
  sshDoorRoutes,
  accountRoutes,
  secondFactorRoutes,
  passkeyRoutes,
  userRoutes,
  groupRoutes,
  guestRoutes,
  guestAccessRoutes,
  portalRoutes,
  templateRoutes,
  consoleRoutes,
  consoleLogRoutes,
  typingRoutes,
  watchLinkRoutes,
  insideRoutes,
  herdRoutes,
  imageRoutes,
  kernelRoutes,
  mconsoleRoutes,
  vitalsRoutes,
  strangerRoutes,
  debuggerRoutes,
  taskRoutes,
  eventRoutes,
  auditRoutes,
];

const newServices = ({ settings, store, supervisor, tools, log }: AppOptions): Services => {
  const { home } = settings;
  const events = new EventLog(store, { kept: new KeptEvents(join(home, "kept-events.jsonl")), log });
  const origins = new Origins(settings);
  const sessions = new Sessions(store);
  const tokens = new Tokens(store);
  const sshLogins = new SshLogins(store);
  const tickets = new Tickets(store);
  const authenticator = new Authenticator(store, sessions, tokens, sshLogins, tickets);
  const tasks = new TaskRunner(store, events, log);
  const loginLinks = new LoginLinks(store, origins);
  const sockets = new LiveSockets(
    (caller) => authenticator.isStillGood(caller),
    (guestId, caller) => {
      const guest = store.guests.find(guestId);
      return guest && rightOn(guest, caller);
    },
  );
  const certificate = settings.tls === null ? null : new Certificate({ files: settings.tls, events });
  const imageFolder = new ImageFolder(home);
  const quotas = new Quotas(store, supervisor);
  const guests = new Guests({ store, supervisor, events, images: imageFolder, home, quotas });
  const secondFactors = new SecondFactors(store);
  const throttle = new LoginThrottle();
  const passwordLogins = new PasswordLogins(store, events, throttle, secondFactors);
  const passkeys = new Passkeys(store, origins);
  const mconsole = new Mconsole(supervisor, events);
  const accounts = new Accounts({ store, events, loginLinks, sockets });
  return {
    store,
    supervisor,
    events,
    connections: pageConnections(),
    certificate,
    origins,
    sessions,
    tokens,
    sshLogins,
    sshEntry: new SshEntry({ settings: settings.ssh, home, store, events }),
    tickets,
    retention: new Retention(store, events, log),
    webhook: new Webhook(store, events, log),
    authenticator,
    tasks,
    guests,
    quotas,
    addresses: new Addresses(supervisor, (id) => events.changed("guest", id)),
    discarded: new DiscardedGuests({ store, supervisor, events, guests, quotas, log }),
    commands: new GuestCommands(supervisor, events),
    mconsole,
    devices: new Devices({ store, supervisor, guests, mconsole, images: imageFolder }),
    debuggers: new Debuggers({ supervisor, events, enabled: settings.debugger }),
    images: new Images({ store, events, tasks, folder: imageFolder, tools }),
    kernels: new Kernels(store, events, tools),
    host: new HostFacts(
      home,
      () => tools.checkHost(),
      () => (certificate === null ? [] : [certificate.check()]),
    ),
    loginLinks,
    passwordLogins,
    passkeys,
    passkeyLogins: new PasskeyLogins({ store, events, throttle, passkeys, passwordLogins }),
    secondFactors,
    singleSignOn: settings.oidc === null ? null : new SingleSignOn(settings.oidc, { store, events, sockets, log }),
    typing: new Typing(store, supervisor, events),
    watchLinks: new WatchLinks({ store, supervisor, events, origins }),
    sockets,
    accounts,
    viewAs: new ViewAs(accounts, events),
  };
};
