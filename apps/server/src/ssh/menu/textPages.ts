import { type Client, CorralError, type Guest } from "@corral/contracts";

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

const HELP = `
  Up, Down        choose a guest (also j and k, Page Up, Page Down, Home, End)
  Enter           its console: the same one as in the browser; Ctrl-] . comes back
  b               boot it
  r               restart it in order; asks first
  s               shut it down in order; asks first
  p               its processes
  t               its load and memory
  h               its history: who did what to it
  ?               this text
  q               quit

  Straight to a console:   ssh you+web1@this-host
  For scripts:             ssh you@this-host list --json
                           ssh you@this-host status web1
                           ssh you@this-host help
`;

export const helpText = (): TextPage => ({ title: "Help", lines: HELP.split("\n"), first: 0, load: () => {} });

export const historyOf = (client: Client, guest: Guest): TextPage =>
  readPage(`History of ${guest.definition.name}`, async () => {
    const { items } = await client.listEvents({ query: { guest: guest.id, limit: HISTORY_EVENTS } });
    if (items.length === 0) return ["Nothing has happened yet."];
    return items.map(({ at, message }) => `${at.slice(0, 10)} ${at.slice(11, 19)}  ${message}`);
  });

const readPage = (title: string, read: () => Promise<readonly string[]>): TextPage => {
  const page: TextPage = {
    title,
    lines: ["", "  Reading …"],
    first: 0,
    load: (done) => {
      read()
        .catch((error) => ["", `  ${error instanceof CorralError ? error.message : "This could not be read."}`])
        .then((lines) => {
          page.lines = lines;
          done();
        });
    },
  };
  return page;
};

/** Without the guest link nobody but the guest itself can list its processes. */
export const processesOf = (_client: Client, guest: Guest): TextPage =>
  readPage(`Processes of ${guest.definition.name}`, async () => [
    "",
    "  A guest's processes can be listed from outside only over the guest link, which this guest does not have.",
    "  Enter opens its console: ps or top there.",
  ]);

export const topOf = (_client: Client, guest: Guest): TextPage =>
  readPage(`Load and memory of ${guest.definition.name}`, async () => [
    "",
    "  This server cannot read the guest's /proc. Enter opens its console: top there.",
  ]);
