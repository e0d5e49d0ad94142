import {
  type Client,
  CorralError,
  type Guest,
  type GuestProcess,
  type GuestVitals,
  type InsideVitals,
  type SshMenuKey,
  sshMenuKeys,
  table,
} from "@corral/contracts";
import { ProcessorShares } from "./processorShares.ts";

/** A page of text over the list, which may be read anew while it is open. */
export interface TextPage {
  readonly title: string;
  lines: readonly string[];
  /** The first line that is shown. */
  first: number;
  /** Reads the lines, and calls back when they are there. */
  load(done: () => void): void;
  /** Reads them anew; only where they change by themselves. */
  refresh?(done: () => void): void;
}

/** Events of a guest that its history shows. */
const HISTORY_EVENTS = 200;

const keys = Object.entries<SshMenuKey>(sshMenuKeys).map(([key, { summary }]) => `  ${key.padEnd(16)}${summary}`);

const HELP = `
  Up, Down        choose a guest (also j and k, Page Up, Page Down, Home, End)
  Enter           its console, as in the browser; Ctrl-] . comes back
${keys.join("\n")}
  ?               this text
  q               quit

  Straight to a console:   ssh you+web1@this-host
  For scripts:             ssh you@this-host list --json
                           ssh you@this-host boot web1 --wait
                           ssh you@this-host help
`;

export const helpText = (): TextPage => ({ title: "Help", lines: HELP.split("\n"), first: 0, load: () => {} });

export const historyOf = (client: Client, guest: Guest): TextPage =>
  readPage(`History of ${guest.definition.name}`, async () => {
    const { items } = await client.listEvents({ query: { guest: guest.id, limit: HISTORY_EVENTS } });
    if (items.length === 0) return ["Nothing has happened yet."];
    return items.map(({ at, message }) => `${at.slice(0, 10)} ${at.slice(11, 19)}  ${message}`);
  });

/** Sentences in lines that the smallest usual terminal has room for. */
const paragraph = (words: string): string[] => (words.match(/.{1,76}(?:\s|$)/gu) ?? []).map((line) => `  ${line}`);

/** Reads again and again while it is open, each time after the last answer. */
const readPage = (title: string, read: () => Promise<readonly string[]>, isLive = false): TextPage => {
  let isReading = false;
  const load = (done: () => void): void => {
    if (isReading) return;
    isReading = true;
    read()
      .catch((error) => ["", ...paragraph(error instanceof CorralError ? error.message : "This could not be read.")])
      .then((lines) => {
        isReading = false;
        page.lines = lines;
        done();
      });
  };
  const page: TextPage = { title, lines: ["", "  Reading ..."], first: 0, load, ...(isLive ? { refresh: load } : {}) };
  return page;
};

/** Without those that only look: they would be at the top of every list. */
const theGuestsOwn = (processes: readonly GuestProcess[]): GuestProcess[] => processes.filter(({ corral }) => !corral);

const rowOf = ({ pid, uid, state, cpuSeconds, residentBytes, name, command }: GuestProcess): string[] => [
  String(pid),
  String(uid ?? "-"),
  state,
  cpuSeconds.toFixed(1),
  `${Math.round(residentBytes / 1024)}K`,
  command || `[${name}]`,
];

const HEADINGS = ["PID", "UID", "S", "CPU s", "MEMORY", "COMMAND"];

/** Over the guest link; where a guest has none, the error says so and what to do. */
export const processesOf = (client: Client, { id, definition }: Guest): TextPage =>
  readPage(`Processes of ${definition.name}`, async () => {
    const { processes } = await client.listProcesses({ params: { id } });
    return table(HEADINGS, theGuestsOwn(processes).map(rowOf)).split("\n");
  });

/** What the guest's kernel says of itself, which mconsole can read without a link. */
const vitalsOf = ({ inside, host }: GuestVitals): string => {
  const parts =
    inside === null
      ? []
      : [`load ${inside.load.map((load) => load.toFixed(2)).join(" ")}`, `${inside.tasks} tasks`, memoryOf(inside)];
  if (host?.cpuPercent !== null && host !== null) parts.push(`${host.cpuPercent.toFixed(0)}% of a core`);
  return parts.length === 0 ? "Nothing has been measured yet." : parts.join("   ");
};

const memoryOf = ({ memoryUsedBytes, memoryTotalBytes }: InsideVitals): string =>
  `${Math.round(memoryUsedBytes / 1024 ** 2)} of ${Math.round(memoryTotalBytes / 1024 ** 2)} MiB`;

/** How it is, and what used the processor since the last look, busiest first. */
export const topOf = (client: Client, { id, definition }: Guest): TextPage => {
  const shares = new ProcessorShares();
  return readPage(
    `What ${definition.name} is busy with`,
    async () => {
      const { vitals } = await client.getVitals({ params: { id } });
      const head = [vitalsOf(vitals), ""];
      try {
        const { processes, uptimeSeconds } = await client.listProcesses({ params: { id } });
        const rows = shares
          .of(theGuestsOwn(processes), uptimeSeconds)
          .map(({ process, percent }) => [`${percent.toFixed(0)}%`, ...rowOf(process)]);
        return [...head, ...table(["CPU", ...HEADINGS], rows).split("\n")];
      } catch (error) {
        if (!(error instanceof CorralError)) throw error;
        // Without a link there is no list, but there is still what its kernel says.
        return [...head, ...paragraph(error.message)];
      }
    },
    true,
  );
};
