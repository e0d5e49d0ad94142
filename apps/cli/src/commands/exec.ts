import { EXEC_INPUT_MAXIMUM_BYTES, EXEC_TIMEOUT_MAXIMUM_MS } from "@corral/contracts";
import { defineCommand, type Surroundings } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const DEFAULT_TIMEOUT_S = 30;
/** What a shell gives a command that was ended: 128 and SIGKILL. */
const ENDED = 137;

export const exec = defineCommand({
  name: "exec",
  arguments: ["<guest>", "<command...>"],
  options: {
    timeout: {
      type: "string",
      value: "<seconds>",
      meaning: `end the command after so long; ${DEFAULT_TIMEOUT_S} if not given`,
    },
  },
  summary: "Run a command in a guest as its root, and end with its exit code",
  details:
    "Write -- before the command: corral exec web1 -- ls -l /. What is piped in is its input. It runs over the guest " +
    "link, which our images have; its output comes when it has ended.",
  run: async ({ args, options, connect, output, surroundings }) => {
    const timeoutMs = timeoutOf(options.timeout);
    const input = (await inputOf(surroundings.stdin)).toString("base64");
    const { client } = connect();
    const body = { command: [...args.command], input, timeoutMs, encoding: "base64" as const };
    const answer = await client.execInGuest({ params: { id: args.guest }, body });
    const [stdout, stderr] = [Buffer.from(answer.stdout, "base64"), Buffer.from(answer.stderr, "base64")];
    if (output.json) {
      output.result({ ...answer, stdout: String(stdout), stderr: String(stderr) }, () => "");
    } else {
      await output.bytes(stdout);
      surroundings.stderr.write(stderr);
      if (answer.truncated) surroundings.stderr.write("corral: The output was longer; the rest was dropped.\n");
      if (answer.timedOut) surroundings.stderr.write("corral: The command took too long and was ended (--timeout).\n");
    }
    return answer.exitCode ?? ENDED;
  },
});

const timeoutOf = (text: string | undefined): number => {
  const milliseconds = Number(text ?? DEFAULT_TIMEOUT_S) * 1000;
  if (milliseconds >= 100 && milliseconds <= EXEC_TIMEOUT_MAXIMUM_MS) return Math.round(milliseconds);
  throw new CommandError(
    EXIT.usage,
    `--timeout must be a number of seconds, at most ${EXEC_TIMEOUT_MAXIMUM_MS / 1000}.`,
  );
};

/** Nothing from a keyboard: the command's output comes at its end, so nobody could talk to it. */
const inputOf = async (stdin: Surroundings["stdin"]): Promise<Buffer> => {
  if (stdin.isTTY) return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stdin as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > EXEC_INPUT_MAXIMUM_BYTES) {
      throw new CommandError(
        EXIT.usage,
        `The input is longer than ${EXEC_INPUT_MAXIMUM_BYTES} bytes. Copy it as a file first: corral cp.`,
      );
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};
