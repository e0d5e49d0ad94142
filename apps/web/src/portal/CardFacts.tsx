import type { Guest, GuestCard, GuestVitals } from "@corral/contracts";
import type { ReactNode } from "react";
import { formatMebibytes, formatPart } from "../ui/quantities.ts";
import { Age, Uptime } from "../ui/Time.tsx";

const MIB = 1024 * 1024;

interface CardFactsProps {
  readonly guest: Guest;
  readonly vitals: GuestVitals;
  readonly card: GuestCard | undefined;
}

/** How a guest is, in a few figures that keep their places, and what happened to it last. */
export const CardFacts = ({ guest, vitals, card }: CardFactsProps) => {
  const { definition, startedAt, since, state, progress, ending } = guest;
  const isOn = state !== "stopped" && state !== "crashed";
  const { inside, pulse } = vitals;
  const isOld = pulse === "silent" || pulse === "paused";
  return (
    <>
      <dl
        className={`grid grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1.2fr)] gap-x-3 gap-y-1 text-small ${isOld ? "text-faint" : ""}`}
        title={isOld ? "It does not answer at the moment: these figures are from before." : undefined}
      >
        <Fact label={isOn ? "Up" : "Off"}>
          <Uptime since={isOn && startedAt !== null ? startedAt : since} />
        </Fact>
        <Fact label="Address">{card?.address ?? NONE}</Fact>
        <Fact label="Load">{inside === null ? NONE : inside.load[0].toFixed(2)}</Fact>
        <Fact label="Memory">
          {inside === null
            ? formatMebibytes(definition.memoryMiB)
            : formatPart(inside.memoryUsedBytes / MIB, definition.memoryMiB)}
        </Fact>
      </dl>
      <p className={`line-clamp-2 h-10 text-small wrap-anywhere ${state === "crashed" ? "text-wrong" : "text-muted"}`}>
        {progress ?? (state === "crashed" ? ending?.message : undefined) ?? <LastEvent card={card} />}
      </p>
    </>
  );
};

const NONE = <span className="text-faint">—</span>;

const LastEvent = ({ card }: { card: GuestCard | undefined }) =>
  card?.lastEvent == null ? null : (
    <>
      {card.lastEvent.message}{" "}
      <span className="whitespace-nowrap text-faint">
        <Age at={card.lastEvent.at} />
      </span>
    </>
  );

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <dt className="text-faint">{label}</dt>
    <dd className="truncate tabular-nums">{children}</dd>
  </>
);
