import type { SshDoorState } from "@corral/contracts";

/** What a person types to come in by ssh, on the machine on which they see this page. */
export const sshCommandLine = ({ port }: Pick<SshDoorState, "port">, login: string): string =>
  ["ssh", ...(port === 22 ? [] : ["-p", String(port)]), `${login}@${location.hostname}`].join(" ");
