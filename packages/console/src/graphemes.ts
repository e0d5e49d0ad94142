import { createRequire } from "node:module";

/*
 * The addon reads its tables from the start of an ArrayBuffer that Node may have cut a small Buffer out of, and fails
 * ("Data error") as soon as something else was cut out before. While it loads, Buffers are not cut out of anything.
 */

const poolSize = Buffer.poolSize;
Buffer.poolSize = 0;
const require = createRequire(import.meta.url);
export const { UnicodeGraphemesAddon } =
  require("@xterm/addon-unicode-graphemes") as typeof import("@xterm/addon-unicode-graphemes");
Buffer.poolSize = poolSize;
