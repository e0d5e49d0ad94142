import { SETTLE_SECONDS_DEFAULT, sshCommands, table } from "@corral/contracts";

/** What `ssh host help` says: at most 80 cells wide. */
export const sshHelp = (): string => {
  const rows = Object.values(sshCommands).map(({ usage, summary }) => [`  ${usage}`, summary]);
  const commands = table(["", ""], rows).replace(/^.*\n/, "");
  return `After the host:
${commands}

--json     print the result, or the error, as JSON; exec prints what it prints
--wait     wait until it is done; a boot, until commands can be run in the guest
--timeout  seconds that --wait waits at most; ${SETTLE_SECONDS_DEFAULT}, if you say nothing

Without a command: the menu of your guests. With the name alice+web1: that
guest's console, or with a command after the host, that command in the guest.
What is piped into exec is the command's input.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 wrong state,
5 not allowed, 6 value refused; of exec, the command's own.
`;
};
