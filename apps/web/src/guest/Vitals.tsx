import { type Guest, type GuestVitals, VITALS_HISTORY_MAXIMUM, type VitalsPoint } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { vitalsQuery } from "../api/queries.ts";
import { Fact, Facts, Part } from "../ui/Facts.tsx";
import { formatBytes } from "../ui/quantities.ts";
import { Sparkline } from "../ui/Sparkline.tsx";
import { Age, Uptime } from "../ui/Time.tsx";

/** What its kernel says of itself, and what it costs the host, as it was measured a few seconds ago. */
export const Vitals = ({ guest }: { guest: Guest }) => {
  const { data } = useQuery(vitalsQuery(guest.id));
  const { inside, host, disk, pulse } = data?.vitals ?? guest.vitals;
  const line = (of: (point: VitalsPoint) => number | null, top: number) => (
    <Sparkline values={data?.history.map(of) ?? []} length={VITALS_HISTORY_MAXIMUM} top={top} />
  );
  return (
    <Part title="Measured">
      <Facts>
        <Measured label="Load" line={line(({ load }) => load, 1)}>
          {inside?.load.map((each) => each.toFixed(2)).join(" ")}
        </Measured>
        <Measured
          label="Memory in use"
          line={line(({ memoryUsedBytes }) => memoryUsedBytes, inside?.memoryTotalBytes ?? 1)}
        >
          {inside && `${formatBytes(inside.memoryUsedBytes)} of ${formatBytes(inside.memoryTotalBytes)}`}
        </Measured>
        <Measured label="Processor" line={line(({ cpuPercent }) => cpuPercent, 100)}>
          {host?.cpuPercent != null && `${host.cpuPercent.toFixed(1)} % of a core`}
        </Measured>
        <Measured label="Up by its own clock">
          {inside && <Uptime since={new Date(Date.parse(inside.at) - inside.uptimeSeconds * 1000).toISOString()} />}
        </Measured>
        <Measured label="Tasks">{inside?.tasks}</Measured>
        <Measured label="Running kernel">{inside?.kernel}</Measured>
        <Measured label="Memory on the host">{host && formatBytes(host.residentBytes)}</Measured>
        <Measured label="Shared of that">{host && formatBytes(host.sharedBytes)}</Measured>
        <Measured label="Host processes">{host?.processes}</Measured>
        <Measured label="Processor in all">
          {host && `${host.cpuSeconds.toFixed(1)} s, now on CPU ${host.processor}`}
        </Measured>
        <Measured label="Disk">
          {disk && `${formatBytes(disk.disksBytes)}, and ${formatBytes(disk.logsBytes)} of logs`}
        </Measured>
      </Facts>
      <Old pulse={pulse} at={inside?.at} />
    </Part>
  );
};

const Measured = ({ label, line, children }: { label: string; line?: ReactNode; children?: ReactNode }) => (
  <Fact label={label}>
    <span className="flex items-center gap-3">
      <span className={line === undefined ? "truncate" : "w-36 shrink-0 truncate"}>
        {children || <span className="text-faint">—</span>}
      </span>
      {line}
    </span>
  </Fact>
);

/** Keeps its place whether or not there is something to say. */
const Old = ({ pulse, at }: { pulse: GuestVitals["pulse"]; at: string | undefined }) => (
  <p className="mt-1 h-4 text-small text-faint">
    {pulse === "paused" && "It is paused; what it said is from before."}
    {pulse === "silent" && "Its management console does not answer."}
    {pulse === "silent" && at !== undefined && (
      <>
        {" "}
        What it said is from <Age at={at} />.
      </>
    )}
  </p>
);
