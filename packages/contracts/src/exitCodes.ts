import type { ErrorCode } from "./errors.ts";

/** What a command ends with, on the command line and over ssh. Scripts count on these: docs/operations.md, "The corral command". */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  wrongState: 4,
  notAllowed: 5,
  refused: 6,
  unreachable: 7,
  /** A command in a guest that ended with 0, and whose output may not be all here. */
  incomplete: 8,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const exitCodeOf: Record<ErrorCode, ExitCode> = {
  invalid_request: EXIT.refused,
  not_logged_in: EXIT.notAllowed,
  login_failed: EXIT.notAllowed,
  second_factor_needed: EXIT.notAllowed,
  link_used: EXIT.notAllowed,
  not_allowed: EXIT.notAllowed,
  foreign_origin: EXIT.notAllowed,
  not_found: EXIT.notFound,
  wrong_state: EXIT.wrongState,
  name_taken: EXIT.refused,
  in_use: EXIT.wrongState,
  quota_exceeded: EXIT.refused,
  host_unfit: EXIT.failure,
  cancelled: EXIT.failure,
  guest_refused: EXIT.refused,
  offset_expired: EXIT.notFound,
  link_ended: EXIT.notFound,
  request_timeout: EXIT.failure,
  changed_meanwhile: EXIT.refused,
  body_too_large: EXIT.refused,
  unsupported_media_type: EXIT.refused,
  offset_beyond_end: EXIT.notFound,
  unknown_host: EXIT.notAllowed,
  impossible: EXIT.refused,
  needs_confirmation: EXIT.refused,
  too_many_requests: EXIT.failure,
  headers_too_large: EXIT.refused,
  internal: EXIT.failure,
  guest_garbled: EXIT.failure,
  stopping: EXIT.unreachable,
  guest_silent: EXIT.failure,
  disk_full: EXIT.failure,
  disk_failed: EXIT.failure,
  database_locked: EXIT.failure,
};
