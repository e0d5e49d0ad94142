/** The code of a system error, such as ENOENT; undefined for any other value. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;
