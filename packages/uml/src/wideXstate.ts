import { fileURLToPath } from "node:url";

/**
 * A library to preload (LD_PRELOAD) into the process of a dynamically linked kernel: without it kernels before 6.11
 * cannot run a single program on a processor with AMX (docs/uml.md, "Wide registers"). On others it does nothing.
 * The build compiles it from native/wide-xstate.c.
 */
export const WIDE_XSTATE_LIBRARY = fileURLToPath(new URL("../dist/wide-xstate.so", import.meta.url));
