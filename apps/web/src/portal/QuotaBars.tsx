import { COUNTED_NAMES, type Counted } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { quotaQuery } from "../api/peopleQueries.ts";
import { formatMebibytes, formatPart } from "../ui/quantities.ts";

const LABELS: Readonly<Record<Counted, string>> = {
  guests: "Guests",
  runningGuests: "Running",
  memoryMiB: "Memory",
  diskMiB: "Disk",
  cpus: "CPUs",
};

const inWords = (counted: Counted, used: number, limit: number): string =>
  counted === "memoryMiB" || counted === "diskMiB" ? formatPart(used, limit) : `${used} of ${limit}`;

/** What is used of each limit that there is. */
export const QuotaBars = ({ seenBy }: { seenBy: string | undefined }) => {
  const pools = useQuery(quotaQuery(seenBy)).data?.pools ?? [];
  const bars = pools.flatMap(({ group, limits, use }) =>
    COUNTED_NAMES.flatMap((counted) => {
      const limit = limits[counted];
      const deleted = counted === "diskMiB" ? use.discardedDiskMiB : 0;
      return limit === null ? [] : [{ group, counted, limit, used: use[counted], deleted }];
    }),
  );
  if (bars.length === 0) return null;
  return (
    <ul
      aria-label="Quota"
      className="grid items-start grid-cols-[repeat(auto-fill,minmax(9.5rem,1fr))] gap-x-6 gap-y-3 border-b border-line px-4 py-3 sm:px-5"
    >
      {bars.map(({ group, counted, limit, used, deleted }) => {
        const label = group === null ? LABELS[counted] : `${LABELS[counted]} of ${group}`;
        const words = inWords(counted, used, limit);
        return (
          <li key={`${group} ${counted}`}>
            <div className="flex flex-wrap justify-between gap-x-2 text-small">
              <span className="max-w-full truncate text-muted">{label}</span>
              <span className="whitespace-nowrap tabular-nums">{words}</span>
            </div>
            <meter
              aria-label={label}
              aria-valuetext={words}
              min={0}
              max={Math.max(limit, used, 1)}
              value={used}
              className="quota-bar mt-1 w-full"
            />
            {deleted > 0 && <p className="text-tiny text-faint">{formatMebibytes(deleted)} of it deleted</p>}
          </li>
        );
      })}
    </ul>
  );
};
