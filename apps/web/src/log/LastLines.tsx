import type { Guest, GuestBoot } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../api/client.ts";
import { bootsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { plainText } from "../console/plainText.ts";
import { formatLogPlace } from "./logPlace.ts";

/** Of a panic, so many lines before it lead to it, and its call trace follows; of other endings, the last are shown. */
const LINES_BEFORE_PANIC = 4;
const LINES_MAXIMUM = 60;
const LINES = 16;
const PANIC = "Kernel panic - not syncing";
const READ_BYTES = 8 * 1024;

/** What a guest said last before it crashed: of its kernel, or, where that never began, of its first console. */
export const LastLines = ({ guest }: { guest: Guest }) => {
  const boot = useQuery(bootsQuery(guest.id)).data?.[0];
  const log = boot && logOf(boot);
  const { data: last } = useQuery({
    queryKey: ["guests", "lastLines", guest.id, boot?.boot, log?.console, log?.to],
    queryFn: async ({ signal }) => (log === undefined ? null : lastLines(guest.id, log, signal)),
    enabled: log !== undefined,
  });
  if (log === undefined || last === undefined || last === null) return null;
  const place = formatLogPlace({ kind: "offset", offset: last.offset });
  return (
    <section aria-label="Last lines before the crash">
      <div className="mb-2 flex items-baseline gap-2 text-small">
        <h2 className="flex-1 font-medium text-faint">Last lines before the crash</h2>
        <Link {...paths.log(guest.id, log.console, place)} className="text-muted underline underline-offset-2">
          Whole log
        </Link>
      </div>
      <pre
        // A keyboard must be able to scroll it.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="max-h-64 overflow-auto rounded-md border border-line bg-terminal p-2.5 font-mono text-tiny"
      >
        {last.text}
      </pre>
    </section>
  );
};

type BootLog = GuestBoot["logs"][number];

const logOf = ({ logs }: GuestBoot): BootLog | undefined =>
  [...logs]
    .sort((one, other) => Number(other.console === "kernel") - Number(one.console === "kernel"))
    .find(({ from, to }) => to > from);

interface LastWords {
  readonly text: string;
  /** Of the panic, or of the log's end. */
  readonly offset: number;
}

const lastLines = async (
  id: string,
  { console, from, to }: BootLog,
  signal: AbortSignal,
): Promise<LastWords | null> => {
  const begin = Math.max(from, to - READ_BYTES);
  const query = { from: begin, limit: Math.max(1, to - begin) };
  const answer = await api.readConsoleLog({ params: { id, name: console }, query }, { signal });
  const printed = await answer.text();
  const lines = plainText(printed).trimEnd().split("\n");
  if (lines.every((line) => line.trim() === "")) return null;
  const panic = lines.findLastIndex((line) => line.includes(PANIC));
  if (panic < 0) return { text: lines.slice(-LINES).join("\n"), offset: Math.max(from, to - 1) };
  const first = Math.max(0, panic - LINES_BEFORE_PANIC);
  const before = printed.slice(0, printed.lastIndexOf(PANIC));
  const offset = begin + new TextEncoder().encode(before.slice(0, before.lastIndexOf("\n") + 1)).length;
  return { text: lines.slice(first, first + LINES_MAXIMUM).join("\n"), offset };
};
