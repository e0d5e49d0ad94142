import Sqlite from "better-sqlite3";

/* A process that holds a database, as a tool does that was left open, until it is ended. It says when it does. */
const database = new Sqlite(process.argv[2] ?? "");
database.exec("BEGIN EXCLUSIVE");
process.stdout.write("held\n");
setInterval(() => {}, 1_000);
