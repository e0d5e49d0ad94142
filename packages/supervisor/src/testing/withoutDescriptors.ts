import koffi from "koffi";

const RLIMIT_NOFILE = 7;
/** Below what every process has open. */
const NONE = 3n;

const libc = koffi.load(null);
const getrlimit = libc.func("int getrlimit(int resource, _Out_ uint64_t *limits)");
const setrlimit = libc.func("int setrlimit(int resource, const uint64_t *limits)");

/** Does something while this process, like a server under a flood of connections, cannot open a single file more (EMFILE). */
export const withoutDescriptors = async <T>(work: () => T | Promise<T>): Promise<T> => {
  const limits = new BigUint64Array(2);
  getrlimit(RLIMIT_NOFILE, limits);
  setrlimit(RLIMIT_NOFILE, new BigUint64Array([NONE, limits[1] as bigint]));
  try {
    return await work();
  } finally {
    setrlimit(RLIMIT_NOFILE, limits);
  }
};
