import { accountEndpoints } from "./endpoints/account.ts";
import { activityEndpoints } from "./endpoints/activity.ts";
import { auditEndpoints } from "./endpoints/audit.ts";
import { consoleLogsEndpoints } from "./endpoints/consoleLogs.ts";
import { consolesEndpoints } from "./endpoints/consoles.ts";
import { debuggerEndpoints } from "./endpoints/debugger.ts";
import { guestAccessEndpoints } from "./endpoints/guestAccess.ts";
import { guestsEndpoints } from "./endpoints/guests.ts";
import { hostEndpoints } from "./endpoints/host.ts";
import { insideEndpoints } from "./endpoints/inside.ts";
import { libraryEndpoints } from "./endpoints/library.ts";
import { mconsoleEndpoints } from "./endpoints/mconsole.ts";
import { passkeysEndpoints } from "./endpoints/passkeys.ts";
import { peopleEndpoints } from "./endpoints/people.ts";
import { portalEndpoints } from "./endpoints/portal.ts";
import { secondFactorEndpoints } from "./endpoints/secondFactor.ts";
import { sshDoorEndpoints } from "./endpoints/sshDoor.ts";
import { sshKeysEndpoints } from "./endpoints/sshKeys.ts";
import { strangersEndpoints } from "./endpoints/strangers.ts";
import { typingEndpoints } from "./endpoints/typing.ts";
import { usersEndpoints } from "./endpoints/users.ts";
import { vitalsEndpoints } from "./endpoints/vitals.ts";
import { watchLinksEndpoints } from "./endpoints/watchLinks.ts";

export const API_PREFIX = "/api/v1";

export const endpoints = {
  ...hostEndpoints,
  ...peopleEndpoints,
  ...accountEndpoints,
  ...secondFactorEndpoints,
  ...passkeysEndpoints,
  ...sshDoorEndpoints,
  ...sshKeysEndpoints,
  ...usersEndpoints,
  ...guestsEndpoints,
  ...guestAccessEndpoints,
  ...portalEndpoints,
  ...consolesEndpoints,
  ...consoleLogsEndpoints,
  ...typingEndpoints,
  ...watchLinksEndpoints,
  ...insideEndpoints,
  ...mconsoleEndpoints,
  ...vitalsEndpoints,
  ...strangersEndpoints,
  ...debuggerEndpoints,
  ...libraryEndpoints,
  ...activityEndpoints,
  ...auditEndpoints,
};

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;

/** Sockets, which OpenAPI cannot describe. */
export const sockets = {
  events: { path: "/events", access: { role: "user", filtered: true } },
  attach: { path: "/guests/:id/consoles/:name/attach", access: { role: "user", guest: "watch" } },
  /** A command in a guest, with its input and output as they come: execFrames.ts. */
  exec: { path: "/guests/:id/exec", access: { role: "user", guest: "manage" } },
  /** One that was opened before. */
  strangerAttach: { path: "/strangers/:id/consoles/:name/attach", access: { role: "admin" } },
  /** gdb or strace on a guest's kernel: debugger.ts. */
  debugger: { path: "/guests/:id/debugger/attach", access: { role: "admin", guest: "manage" } },
  /** Thumbnails of many consoles: herdFrames.ts. */
  herd: { path: "/herd", access: { role: "user" } },
  /** A console by a watch-only link: the secret in the first frame is all that counts. */
  watch: { path: "/watch", access: { public: true } },
} as const;
