import { Console, ConsoleLog } from "../index.ts";
import { sourceOf } from "./ptyPair.ts";

/*
 * A server that is made to be killed: reads the pty master it inherited as descriptor 3 into the log in the folder
 * given, says so on standard output, and exits when the slave has hung up.
 */
const [folder = ""] = process.argv.slice(2);
const log = ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
const console = new Console({ log, name: "con0", cols: 80, rows: 24 });
console.connect(
  sourceOf(3, () => {
    console.dispose();
    process.exit(0);
  }),
);
process.stdout.write("reading\n");
