import { printable } from "@corral/contracts";

/** Where a command's results go: for a person, or with --json for a program. */
export class Output {
  readonly json: boolean;
  readonly #stdout: NodeJS.WritableStream;
  readonly #stderr: NodeJS.WritableStream;

  constructor(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream, json: boolean) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.json = json;
  }

  /** The result: `value` as JSON, or what `inWords` makes of it. */
  result<T>(value: T, inWords: (value: T) => string): void {
    this.#stdout.write(this.json ? jsonOf(value) : withLineEnd(printable(inWords(value))));
  }

  /** Something for a person while the command goes on; never among the results. */
  note(text: string): void {
    this.#stderr.write(withLineEnd(printable(text)));
  }

  /** Bytes as they are. Resolves when they were taken, so that a slow pipe slows the reading. */
  bytes(chunk: Uint8Array | string): Promise<void> {
    return written(this.#stdout, chunk);
  }

  /** The same for what another program said went wrong. */
  errorBytes(chunk: Uint8Array): Promise<void> {
    return written(this.#stderr, chunk);
  }

  error(value: { readonly code: string; readonly message: string; readonly details?: unknown }, text: string): void {
    this.#stderr.write(this.json ? jsonOf({ error: value }) : withLineEnd(printable(text)));
  }
}

const written = (stream: NodeJS.WritableStream, chunk: Uint8Array | string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });

const withLineEnd = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** JSON leaves DEL and the C1 controls as they are, which some terminals obey. */
const jsonOf = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
