import { byId, defineEndpoints } from "../endpoint.ts";
import { list } from "../list.ts";
import {
  beginPasskey,
  beginPasskeyLogin,
  newPasskey,
  passkey,
  passkeyCreation,
  passkeyLogin,
  passkeyRequest,
  removePasskey,
} from "../passkeys.ts";
import { me } from "../people.ts";

const mine = { role: "user", login: true } as const;

export const passkeysEndpoints = defineEndpoints({
  beginPasskeyLogin: {
    method: "POST",
    path: "/session/passkey/challenge",
    summary: "What a passkey is to sign: as the second factor of whom name and password are given, or alone",
    tag: "people",
    access: { public: true },
    status: 200,
    body: beginPasskeyLogin,
    response: passkeyRequest,
    perMinute: 20,
  },
  logInWithPasskey: {
    method: "POST",
    path: "/session/passkey",
    summary: "Log in with what a passkey has signed",
    tag: "people",
    access: { public: true },
    status: 200,
    body: passkeyLogin,
    response: me,
    perMinute: 20,
  },
  listPasskeys: {
    method: "GET",
    path: "/me/passkeys",
    summary: "My passkeys",
    tag: "people",
    access: mine,
    status: 200,
    ...list(passkey, ["createdAt", "label", "lastUsedAt"], { usual: "-createdAt" }),
  },
  beginPasskey: {
    method: "POST",
    path: "/me/passkeys/challenge",
    summary: "Begin to add a passkey: what an authenticator makes it from",
    tag: "people",
    access: mine,
    status: 200,
    body: beginPasskey,
    response: passkeyCreation,
    perMinute: 20,
  },
  createPasskey: {
    method: "POST",
    path: "/me/passkeys",
    summary: "Add the passkey that an authenticator made; from now on logins need a second factor",
    tag: "people",
    access: mine,
    status: 201,
    body: newPasskey,
    response: passkey,
    perMinute: 20,
  },
  removePasskey: {
    method: "POST",
    path: "/me/passkeys/:id/remove",
    summary: "Make a passkey of mine useless",
    tag: "people",
    access: mine,
    status: 204,
    params: byId,
    body: removePasskey,
    perMinute: 20,
  },
});
