import { existsSync } from "node:fs";
import { LINE_KEEPER, PORT_TERMINAL } from "../../lines/lineTools.ts";
import { type Check, failure, good, warning } from "../check.ts";
import { findProgram } from "../hostPackages.ts";

const MEANING = "Consoles on the channel port stay unconnected; those on pts hang up when the server is restarted.";

export const portConsoles: Check = {
  id: "port-consoles",
  title: "Consoles on ports",
  look: () => {
    if (![LINE_KEEPER, PORT_TERMINAL].every((file) => existsSync(file))) {
      return failure("Corral's own small programs for them were not built.", MEANING, "npm run build");
    }
    if (findProgram("nsenter") === null) {
      return warning(
        "nsenter is not installed, by which a guest's network is entered.",
        MEANING,
        "As root: apt-get install util-linux",
      );
    }
    return good("in.telnetd and port-helper, which UML asks for, need not be installed: Corral brings its own.");
  },
};
