import { openStore } from "../store.ts";

/* A process that appends events until a test kills it. It says the number of each one that it was told is stored. */
const store = openStore(process.argv[2] ?? "");
for (;;) {
  const { event } = store.events.append({ type: "server.started", message: "x" });
  process.stdout.write(`${event.seq}\n`);
  await new Promise(setImmediate);
}
