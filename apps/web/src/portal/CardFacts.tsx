import type { Guest } from "@corral/contracts";
import type { ReactNode } from "react";
import { formatMebibytes } from "../ui/quantities.ts";
import { Uptime } from "../ui/Time.tsx";

/** How a guest is, in a few figures that keep their places, and what happened to it last. */
export const CardFacts = ({ guest }: { guest: Guest }) => {
  const { definition, startedAt, since, state, progress, ending } = guest;
  const isOn = state !== "stopped" && state !== "crashed";
  return (
    <>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-small">
        <Fact label={isOn ? "Up" : "Off for"}>
          {isOn && startedAt !== null ? <Uptime since={startedAt} /> : <Uptime since={since} />}
        </Fact>
        <Fact label="Memory">{formatMebibytes(definition.memoryMiB)}</Fact>
      </dl>
      <p className="h-5 truncate text-small text-muted" title={ending?.message}>
        {progress ?? ending?.message ?? definition.description}
      </p>
    </>
  );
};

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <dt className="text-faint">{label}</dt>
    <dd className="truncate tabular-nums">{children}</dd>
  </>
);
