import {
  EXEC_INPUT_MAXIMUM_BYTES,
  EXEC_KILLED,
  EXEC_STREAM_TIMEOUT_MAXIMUM_MS,
  EXEC_TIMEOUT_MAXIMUM_MS,
  execExitCode,
  execRemarks,
} from "@corral/contracts";
import { defineCommand, type Surroundings } from "../command.ts";
import type { Connection } from "../connection.ts";
import { runInGuest } from "../exec/execSocket.ts";
import { CommandError, EXIT } from "../exitCodes.ts";
import type { Output } from "../output.ts";

/** With --json all of the output is kept until the end; a command that never ends should not be waited for. */
const JSON_TIMEOUT_MS = 30_000;

export const exec = defineCommand({
  name: "exec",
  arguments: ["<guest>", "<command...>"],
  options: {
    timeout: { type: "string", value: "<seconds>", meaning: "end the command after so long" },
    "no-input": { type: "boolean", short: "n", meaning: "give it no input: needed in the background, and in loops" },
  },
  summary: "Run a command in a guest as its root, and end with its exit code",
  details:
    "Write -- before the command: corral exec web1 -- ls -l /. It runs over the guest link, which our images have. What " +
    "is typed or piped in is its input, and its output comes as it prints it; there is no terminal in between. Ctrl-C " +
    "ends it with all its children. With --json it has 30 s if --timeout does not say otherwise. It ends with 8 where the " +
    "command ended with 0 and the end of its output was not seen, such as when something in the background holds it open.",
  run: async ({ args, options, connect, output, surroundings }) => {
    const timeoutMs = timeoutOf(options.timeout, output.json);
    const input = options["no-input"] ? null : surroundings.stdin;
    const call = { guest: args.guest, command: [...args.command], timeoutMs, input, output };
    if (output.json) return inOnePiece(connect(), { ...call, timeoutMs: timeoutMs ?? JSON_TIMEOUT_MS });

    const kill = new AbortController();
    const interrupted = (): void => {
      // Once is a wish, twice is an order.
      if (kill.signal.aborted) process.exit(EXEC_KILLED);
      kill.abort();
    };
    for (const signal of SIGNALS) process.on(signal, interrupted);
    try {
      const end = await runInGuest(connect(), {
        ...call,
        kill: kill.signal,
        onOutput: (which, bytes) => (which === "stdout" ? output.bytes(bytes) : output.errorBytes(bytes)),
      });
      for (const remark of execRemarks(end)) output.note(`corral: ${remark}`);
      return execExitCode(end);
    } finally {
      for (const signal of SIGNALS) process.off(signal, interrupted);
      // It may still be waiting for a key.
      input?.destroy();
    }
  },
});

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Call {
  readonly guest: string;
  readonly command: string[];
  readonly timeoutMs: number;
  readonly input: Surroundings["stdin"] | null;
  readonly output: Output;
}

const inOnePiece = async ({ client }: Connection, call: Call): Promise<number> => {
  const { guest, command, timeoutMs, output } = call;
  const input = (await wholeInput(call.input)).toString("base64");
  const answer = await client.execInGuest({ params: { id: guest }, body: { command, input, timeoutMs } });
  output.result(answer, () => "");
  return execExitCode(answer);
};

/** null: none was asked for. */
const timeoutOf = (text: string | undefined, json: boolean): number | null => {
  if (text === undefined) return null;
  const maximum = json ? EXEC_TIMEOUT_MAXIMUM_MS : EXEC_STREAM_TIMEOUT_MAXIMUM_MS;
  const milliseconds = Number(text) * 1000;
  if (milliseconds >= 100 && milliseconds <= maximum) return Math.round(milliseconds);
  throw new CommandError(EXIT.usage, `--timeout must be a number of seconds, at most ${maximum / 1000}.`);
};

/** Nothing from a keyboard: the output comes at the end, so nobody could talk to it. */
const wholeInput = async (stdin: Surroundings["stdin"] | null): Promise<Buffer> => {
  if (stdin === null || stdin.isTTY) return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stdin as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > EXEC_INPUT_MAXIMUM_BYTES) {
      throw new CommandError(
        EXIT.usage,
        `With --json the input may have ${EXEC_INPUT_MAXIMUM_BYTES} bytes. Leave --json out, or copy it as a file first.`,
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};
