const NO_SPACE: ReadonlySet<unknown> = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT"]);

/** Whether something was not written since there is no room for it. */
export const isDiskFull = (error: unknown): boolean => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (NO_SPACE.has((cause as { code?: unknown }).code)) return true;
  }
  return false;
};

/** Does without a write that is only for the record while there is no room for it. */
export const unlessDiskFull = (write: () => void): void => {
  try {
    write();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
};
