import type { Endpoint } from "./endpoint.ts";
import { ERROR_STATUS, type ErrorCode } from "./errors.ts";

/** Before any endpoint is reached, or whatever it does. */
const ANYWHERE: readonly ErrorCode[] = [
  "invalid_request",
  "request_timeout",
  "unknown_host",
  "too_many_requests",
  "headers_too_large",
  "internal",
  "stopping",
  // A read may find the database locked too, and a disk that fails.
  "database_locked",
  "disk_failed",
];
/** Of what changes something. */
const ON_CHANGE: readonly ErrorCode[] = [
  "foreign_origin",
  "impossible",
  "wrong_state",
  "name_taken",
  "in_use",
  "quota_exceeded",
  "host_unfit",
  "disk_full",
];
const ON_BODY: readonly ErrorCode[] = ["body_too_large", "unsupported_media_type"];
/** Where a guest's kernel, or its guest link, is asked. */
const OF_GUEST: readonly ErrorCode[] = [
  "wrong_state",
  "impossible",
  "guest_refused",
  "guest_garbled",
  "guest_silent",
  "needs_confirmation",
  "cancelled",
];
const OF_LOGIN: readonly ErrorCode[] = ["login_failed", "second_factor_needed", "link_used", "link_ended"];
const OF_LOG: readonly ErrorCode[] = ["offset_expired", "offset_beyond_end", "impossible", "wrong_state"];

const ASKS_GUEST: readonly string[] = ["inside", "mconsole", "strangers", "debugger"];

/** Codes of the errors that an endpoint may answer with. */
export const errorsOf = ({ method, path, access, body, query, tag, revised }: Endpoint): ErrorCode[] => {
  const isPublic = "public" in access;
  const codes: ErrorCode[] = [
    ...ANYWHERE,
    ...(isPublic ? [] : (["not_logged_in", "not_allowed"] as const)),
    ...(path.includes(":") || query !== undefined || isPublic ? (["not_found"] as const) : []),
    ...(method === "GET" ? [] : [...ON_CHANGE, "not_found" as const]),
    ...(method === "GET" ? [] : ON_BODY),
    ...(revised && method !== "GET" ? (["changed_meanwhile"] as const) : []),
    ...(body !== undefined && tag === "people" ? OF_LOGIN : []),
    ...(ASKS_GUEST.includes(tag) || tag === "guests" || tag === "portal" ? OF_GUEST : []),
    ...(tag === "consoles" ? [...OF_LOG, ...OF_GUEST, ...OF_LOGIN] : []),
    ...(tag === "library" && path.includes("found") ? (["impossible"] as const) : []),
  ];
  return [...new Set(codes)].sort((one, other) => ERROR_STATUS[one] - ERROR_STATUS[other]);
};
