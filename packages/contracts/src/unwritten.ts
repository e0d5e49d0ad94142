import type { Guest } from "./guest.ts";

/** A line for each console whose output cannot be written at the moment; "" where all is kept. */
export const unwrittenInWords = (consoles: Guest["consoles"]): string =>
  consoles
    .filter(({ historyProblem }) => historyProblem !== null)
    .map(({ name, historyProblem, unwrittenBytes }) => {
      const atRisk = `${unwrittenBytes} bytes are in memory alone: a server that is killed loses them.`;
      return `\nThe history of ${name} is not being kept: ${historyProblem}. ${atRisk} Free space on the server's disk.`;
    })
    .join("");
