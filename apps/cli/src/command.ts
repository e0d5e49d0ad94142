import type { Connection } from "./connection.ts";
import type { Output } from "./output.ts";

interface FlagOption {
  readonly type: "boolean";
  readonly short?: string;
  readonly meaning: string;
}

interface ValueOption {
  readonly type: "string";
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly multiple?: true;
  readonly meaning: string;
}

export type Option = FlagOption | ValueOption;
export type Options = Readonly<Record<string, Option>>;

/** "<guest>" has to be given, "[console]" may be; the last one takes all that follow as "<command...>". */
export type Argument = `<${string}>` | `[${string}]`;

type OptionValue<O extends Option> = O extends FlagOption
  ? boolean
  : O extends { readonly multiple: true }
    ? readonly string[]
    : string | undefined;

type ArgumentValues<A extends Argument> = {
  [K in A as K extends `<${infer Name}...>` | `[${infer Name}...]` ? Name : never]: readonly string[];
} & {
  [K in A as K extends `<${string}...>` ? never : K extends `<${infer Name}>` ? Name : never]: string;
} & { [K in A as K extends `[${string}...]` ? never : K extends `[${infer Name}]` ? Name : never]: string | undefined };

/** The terminal and the surroundings that a command runs in; tests give their own. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Call<A extends Argument = Argument, O extends Options = Options> {
  readonly args: ArgumentValues<A>;
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> };
  readonly output: Output;
  readonly surroundings: Surroundings;
  /** The server that the surroundings name. Throws a CommandError when they name it badly. */
  connect(): Connection;
}

export interface CommandOf<A extends Argument, O extends Options> {
  /** One or two words, as typed. */
  readonly name: string;
  readonly arguments: readonly A[];
  readonly options: O;
  readonly summary: string;
  /** More for the command's own help. */
  readonly details?: string;
  /** Resolves to the exit code, one of ours or a guest's command's; nothing means that all went well. */
  run(call: Call<A, O>): Promise<number | undefined>;
}

/** A command of the table, its own types forgotten: only `runCommand` calls it, with what it asked for. */
export interface Command extends Omit<CommandOf<Argument, Options>, "run"> {
  run(call: never): Promise<number | undefined>;
}

export const defineCommand = <const A extends Argument, const O extends Options>(
  command: CommandOf<A, O>,
): CommandOf<A, O> => command;
