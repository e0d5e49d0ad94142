import { z } from "zod";
import type { Role } from "./people.ts";
import { idOrName } from "./text.ts";

/** What a caller may do with one guest. Each includes the one before it. An owner may all, an operator any guest. */
export const guestRight = z.enum(["watch", "use", "manage"]);
export type GuestRight = z.infer<typeof guestRight>;

export type Access =
  | { readonly public: true }
  | {
      readonly role: Role;
      /** Needed on the guest named by :id. */
      readonly guest?: GuestRight;
      /** Not with a token: whoever stole one could make it last. */
      readonly login?: true;
      /** Also with a token that is for certain guests: the answer holds nothing about others. */
      readonly filtered?: true;
    };

export type EndpointSchema = z.ZodType;

/**
 * One endpoint of the API as data. The Fastify route, its validation, the typed client and the OpenAPI page all come
 * from this; `path` is below /api/v1.
 */
export interface Endpoint {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly status: 200 | 201 | 202 | 204;
  readonly params?: EndpointSchema;
  readonly query?: EndpointSchema;
  readonly body?: EndpointSchema;
  readonly response?: EndpointSchema;
  /** The answer is bytes of this type, not JSON. */
  readonly contentType?: string;
  /** The answer has a revision, which is its ETag; a request that changes it takes If-Match. */
  readonly revised?: true;
  /** Requests that one address may make in a minute, where the default is too many. */
  readonly perMinute?: number;
  /** Of the request's body, where the usual 1 MiB is too little. */
  readonly bodyMaximumBytes?: number;
}

/** Headers of a request that changes what has a revision: `If-Match: "3"` changes revision 3 and no other. */
export const ifMatchHeaders = z.looseObject({
  "if-match": z
    .string()
    .regex(/^(\*|"[1-9][0-9]{0,8}")$/, 'must be the ETag of the definition that you saw, such as "3", or *')
    .optional()
    .describe("ETag of the definition that you saw: with another one nothing is changed (412, changed_meanwhile)"),
});

export const etagOf = ({ revision }: { readonly revision: number }): string => `"${revision}"`;

export const defineEndpoints = <const T extends Record<string, Endpoint>>(endpoints: T): T => endpoints;

/** An admin may ask to be shown what another user sees; that is an event of the admin's. */
export const seenAs = idOrName.optional().describe("What this user sees, for an admin; default: what I see");

export const byId = z.strictObject({ id: idOrName });
