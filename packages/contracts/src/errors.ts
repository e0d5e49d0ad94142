import { z } from "zod";
import { shownText } from "./text.ts";

/** Every code an error can carry, with its HTTP status. */
export const ERROR_STATUS = {
  invalid_request: 400,
  not_logged_in: 401,
  login_failed: 401,
  second_factor_needed: 401,
  link_used: 401,
  not_allowed: 403,
  foreign_origin: 403,
  not_found: 404,
  wrong_state: 409,
  name_taken: 409,
  in_use: 409,
  quota_exceeded: 409,
  host_unfit: 409,
  cancelled: 409,
  guest_refused: 409,
  offset_expired: 410,
  link_ended: 410,
  request_timeout: 408,
  changed_meanwhile: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  offset_beyond_end: 416,
  unknown_host: 421,
  impossible: 422,
  needs_confirmation: 428,
  too_many_requests: 429,
  headers_too_large: 431,
  internal: 500,
  guest_garbled: 502,
  stopping: 503,
  database_locked: 503,
  guest_silent: 504,
  disk_full: 507,
  disk_failed: 507,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;
export const errorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

export const errorDetail = z.object({
  field: shownText.describe("Path of the field, such as disks.0.source.image"),
  message: shownText,
});
export type ErrorDetail = z.infer<typeof errorDetail>;

export const errorAnswer = z.object({
  error: z.object({
    code: errorCode,
    message: shownText.describe("What happened, what it means and what to do next"),
    details: z.array(errorDetail).optional(),
    requestId: z.string(),
  }),
});
export type ErrorAnswer = z.infer<typeof errorAnswer>;

/** An expected failure: it becomes an answer with its code. Anything else that is thrown is a defect and a 500. */
export class CorralError extends Error {
  override readonly name = "CorralError";
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(code: ErrorCode, message: string, details?: readonly ErrorDetail[]) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** A field's value is well formed but cannot be: names the field and says what is allowed. */
export const impossible = (field: string, message: string): CorralError =>
  new CorralError("impossible", `${field}: ${message}`, [{ field, message }]);
