import { fileURLToPath } from "node:url";

/**
 * A library to preload (LD_PRELOAD) into the process of a dynamically linked kernel. Without it kernels before 6.11
 * cannot run a single program on a processor with AMX (docs/uml.md, "Wide registers"), and any kernel may miss what is
 * typed (docs/uml.md, "Lost interrupts") or stop listening to it (docs/uml.md, "A full terminal"). The build compiles it
 * from native/.
 */
export const KERNEL_PRELOAD = fileURLToPath(new URL("../dist/preload.so", import.meta.url));
