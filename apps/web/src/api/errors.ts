import { CorralError, type ErrorCode } from "@corral/contracts";
import { toast } from "sonner";

export const isCode = (error: unknown, code: ErrorCode): boolean => error instanceof CorralError && error.code === code;

/** What a person reads: what happened, what it means, what to do next. */
export const messageOf = (error: unknown): string => {
  if (error instanceof CorralError) return error.message;
  // fetch says TypeError for everything that kept an answer from coming.
  if (error instanceof TypeError) {
    return "The server does not answer. Guests go on without it; the page tries again by itself.";
  }
  return "The server's answer was not understood. Reload the page: it may be older than the server.";
};

/** The server's complaints by field, for a form to show where they belong. */
export const fieldErrorsOf = (error: unknown): Record<string, string> =>
  error instanceof CorralError && error.details !== undefined
    ? Object.fromEntries(error.details.map(({ field, message }) => [field, message]))
    : {};

/** Long enough to read two sentences that were not expected. Under the pointer a toast stays anyway. */
export const ERROR_SHOWN_MS = 10_000;

/** For actions without a form of their own. */
export const toastError = (error: unknown): void => {
  if (!isCode(error, "not_logged_in")) toast.error(messageOf(error), { duration: ERROR_SHOWN_MS });
};
