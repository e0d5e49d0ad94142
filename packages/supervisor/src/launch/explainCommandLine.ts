import { CorralError, type GuestDefinition } from "@corral/contracts";
import { CommandLineError } from "@corral/uml";

/** Fields of a definition that become words of a kernel's command line, and how many bytes each makes of them, about. */
const bytesByField = ({
  kernelArguments,
  disks,
  consoles,
  interfaces,
  shares,
}: GuestDefinition): [string, number][] => {
  const bytes = (words: readonly string[]): number => Buffer.byteLength(words.join(" "));
  return [
    ["kernelArguments", bytes(kernelArguments)],
    ["shares", bytes(shares.map(({ name }) => name))],
    ["consoles", bytes(consoles.map(({ name, channel, output = "" }) => `${name}=${channel},${output}`))],
    ["interfaces", interfaces.length * 120],
    ["disks", disks.length * 60],
  ];
};

const FIELDS: Readonly<Record<string, string>> = {
  extraArguments: "kernelArguments",
  root: "rootDevice",
  init: "init",
  umid: "umid",
  memoryMiB: "memoryMiB",
  disks: "disks",
  consoles: "consoles",
  interfaces: "interfaces",
};

/** What a kernel's command line cannot be, as an error of the field that it comes from; every other error as it is. */
export const explainCommandLine = (error: unknown, definition: GuestDefinition): unknown => {
  if (!(error instanceof CommandLineError)) return error;
  if (error.code === "too-long") {
    const [field, bytes] = bytesByField(definition).sort(([, a], [, b]) => b - a)[0] as [string, number];
    const message = `makes ${bytes} bytes of a command line that ${error.message.replace(/^\D*has /, "has ")}`;
    return refused(definition, `${field} ${message}. Give it fewer or shorter ones`, field, message);
  }
  const [, parameter = "", index] = /^(\w+)(?:\[(\d+)\])?/.exec(error.parameter) ?? [];
  const field = FIELDS[parameter];
  // Words of Corral's own come before those of the definition.
  const at = field === undefined || index === undefined || parameter === "extraArguments" ? "" : `.${index}`;
  return field === undefined
    ? new CorralError("host_unfit", `${definition.name} was not started: ${error.message}.`)
    : refused(definition, error.message, `${field}${at}`, error.message);
};

const refused = ({ name }: GuestDefinition, sentence: string, field: string, message: string): CorralError =>
  new CorralError("impossible", `${name} was not started: ${sentence}.`, [{ field, message }]);
