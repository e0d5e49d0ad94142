/** Bytes of a Unix socket's path without its NUL: sun_path has 108 with it. Beyond it UML and bind(2) cut silently. */
export const UNIX_PATH_MAXIMUM_BYTES = 107;

export const fitsUnixPath = (path: string): boolean => Buffer.byteLength(path) <= UNIX_PATH_MAXIMUM_BYTES;
