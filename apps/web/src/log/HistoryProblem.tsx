import type { Guest } from "@corral/contracts";
import { TriangleAlert } from "lucide-react";
import { formatBytes } from "../ui/quantities.ts";

/** A console whose output cannot be written down says so for as long as that lasts, and how much a kill would lose. */
export const HistoryProblem = ({ guest, name }: { guest: Guest; name: string }) => {
  const console = guest.consoles.find((each) => each.name === name);
  const problem = console?.historyProblem ?? null;
  if (console === undefined || problem === null) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 border-b border-line bg-surface px-3 py-1.5 text-small sm:flex-nowrap">
      <p role="alert" className="flex min-w-0 flex-1 basis-80 items-center gap-2">
        <TriangleAlert aria-hidden size={14} className="shrink-0 text-moving" />
        <span className="min-w-0 sm:truncate" title={problem}>
          History is not being kept: free space on the server's disk. The guest goes on.
        </span>
      </p>
      {/* Beside the alert: what is read aloud is not read again with each number. */}
      <p
        className="min-w-48 pl-5.5 text-muted tabular-nums sm:pl-0 sm:text-right"
        title="It cannot be written until there is room. A server that is killed before loses it."
      >
        {formatBytes(console.unwrittenBytes)} in memory alone
      </p>
    </div>
  );
};
