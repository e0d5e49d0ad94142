import { byId, defineEndpoints } from "../endpoint.ts";
import {
  beginTotp,
  confirmTotp,
  recoveryCodes,
  removeSecondFactor,
  secondFactorState,
  totpSecret,
} from "../secondFactor.ts";

const mine = { role: "user", login: true } as const;

export const secondFactorEndpoints = defineEndpoints({
  secondFactor: {
    method: "GET",
    path: "/me/second-factor",
    summary: "Whether my logins need more than the password",
    tag: "people",
    access: mine,
    status: 200,
    response: secondFactorState,
  },
  beginTotp: {
    method: "POST",
    path: "/me/second-factor",
    summary: "Begin to set up an authenticator; counts once a code of it is confirmed",
    tag: "people",
    access: mine,
    status: 200,
    body: beginTotp,
    response: totpSecret,
    perMinute: 20,
  },
  confirmTotp: {
    method: "POST",
    path: "/me/second-factor/confirm",
    summary: "Confirm the authenticator with a code; from now on logins need one",
    tag: "people",
    access: mine,
    status: 200,
    body: confirmTotp,
    response: recoveryCodes,
    perMinute: 20,
  },
  removeSecondFactor: {
    method: "POST",
    path: "/me/second-factor/remove",
    summary: "Remove my authenticator and its recovery codes",
    tag: "people",
    access: mine,
    status: 204,
    body: removeSecondFactor,
    perMinute: 20,
  },
  removeSecondFactorOf: {
    method: "DELETE",
    path: "/users/:id/second-factor",
    summary: "Take authenticator and passkeys from a user who lost them",
    tag: "people",
    access: { role: "admin", login: true },
    status: 204,
    params: byId,
  },
});
