import type { Guest } from "@corral/contracts";
import { TriangleAlert } from "lucide-react";

/** A console whose output cannot be written down says so for as long as that lasts. */
export const HistoryProblem = ({ guest, name }: { guest: Guest; name: string }) => {
  const problem = guest.consoles.find((console) => console.name === name)?.historyProblem ?? null;
  if (problem === null) return null;
  return (
    <p role="alert" className="flex items-center gap-2 border-b border-line bg-surface px-3 py-1.5 text-small">
      <TriangleAlert aria-hidden size={14} className="shrink-0 text-moving" />
      <span className="min-w-0 truncate" title={problem}>
        History is not being kept: the log cannot be written. The guest goes on. Free space on the server's disk.
      </span>
    </p>
  );
};
