import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes in buffers that something still holds. */
export const heldBufferBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};
