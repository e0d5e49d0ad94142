import { execRequest } from "@corral/contracts";
import { lockHome, Supervisor } from "../index.ts";
import type { Answer, Request } from "./serverProcess.ts";

/* The other end of ServerProcess. */

const LOG_END_BYTES = 64 * 1024;
const WHOLE_LOG_BYTES = 8 * 1024 * 1024;
/** Only reached by a failure. */
const EXEC_TIMEOUT_MS = 60_000;
const home = process.argv[2] as string;
process.umask(0o077);
if (!lockHome(home).held) throw new Error(`${home} is locked by another server`);
const supervisor = new Supervisor(home);

const carryOut = async (request: Request): Promise<unknown> => {
  if ("define" in request) {
    for (const spec of request.define) supervisor.define(spec);
    return;
  }
  if ("resume" in request) return supervisor.resume();
  if ("act" in request) return supervisor.act(...request.act);
  if ("exec" in request) {
    const [id, command] = request.exec;
    return supervisor.inside(id).exec(execRequest.parse({ command, timeoutMs: EXEC_TIMEOUT_MS }));
  }
  if ("gdb" in request) return gdb(...request.gdb);
  if ("status" in request) return supervisor.status(request.status);
  if ("log" in request) {
    const [id, console, from] = request.log;
    const limit = from === undefined ? LOG_END_BYTES : WHOLE_LOG_BYTES;
    return Buffer.from(supervisor.readLog(id, console, from, limit).bytes).toString("latin1");
  }
  const [id, console, keys] = request.type;
  const port = { send: () => {}, sendBytes: () => {}, bufferedBytes: () => 0, close: () => {} };
  const viewer = supervisor.attach(id, console, port, { cols: 80, rows: 24, role: "writer", user: "t", from: "t" });
  viewer.input(Buffer.from(keys));
  viewer.detach();
};

const gdb = (id: string, keys: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    let typed = false;
    const debugging = supervisor.debug(id, {
      request: { type: "attach", tool: "gdb", confirm: true, cols: 80, rows: 24 },
      user: "t",
      listener: {
        onOutput: (bytes) => {
          said += Buffer.from(bytes).toString("latin1");
          if (typed || !said.endsWith("(gdb) ")) return;
          typed = true;
          debugging.then((session) => session.write(Buffer.from(keys)), reject);
        },
        onEnded: () => resolve(said),
      },
    });
    debugging.catch(reject);
  });

process.on("message", (request: Request) => {
  carryOut(request).then(
    (ok) => process.send?.({ ok: ok ?? null } satisfies Answer),
    (error: Error) => process.send?.({ error: error.message } satisfies Answer),
  );
});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
