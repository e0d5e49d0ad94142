import { fileURLToPath } from "node:url";

/* The small programs that the build compiles from native/. Each says at its beginning what it is for. */

export const LINE_KEEPER = fileURLToPath(new URL("../../dist/line-keeper", import.meta.url));

/** In the sandbox it is both programs that UML's port channel asks for. */
export const PORT_TERMINAL = fileURLToPath(new URL("../../dist/port-terminal", import.meta.url));
export const PORT_TERMINAL_PLACES = ["/usr/bin/in.telnetd", "/usr/lib/uml/port-helper"] as const;
