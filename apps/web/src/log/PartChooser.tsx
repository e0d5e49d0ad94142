import type { GuestBoot } from "@corral/contracts";
import { formatLogTime } from "../ui/quantities.ts";
import type { ChosenPart } from "./logAddress.ts";

interface PartChooserProps {
  readonly name: string;
  readonly boots: readonly GuestBoot[];
  readonly part: ChosenPart;
  readonly onChange: (part: ChosenPart) => void;
}

/** Chooses a part of a log: all of it, one boot, or what was printed between two times. */
export const PartChooser = ({ name, boots, part, onChange }: PartChooserProps) => {
  const kept = boots.filter(({ logs }) => logs.some(({ console }) => console === name));
  const value = part.kind === "boot" ? `boot ${part.boot}` : part.kind;
  const choose = (chosen: string) => {
    if (chosen === "whole") onChange({ kind: "whole" });
    else if (chosen === "time") onChange({ kind: "time", since: "", until: "" });
    else onChange({ kind: "boot", boot: Number(chosen.slice("boot ".length)) });
  };
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <select
        aria-label="Which part"
        value={value}
        onChange={(event) => choose(event.target.value)}
        className="control w-auto! max-w-full"
      >
        <option value="whole">The whole log</option>
        <option value="time">Between two times</option>
        {kept.map(({ boot, startedAt }) => (
          <option key={boot} value={`boot ${boot}`}>
            Boot {boot} · {formatLogTime(startedAt)}
          </option>
        ))}
      </select>
      {part.kind === "time" &&
        (["since", "until"] as const).map((end) => (
          <input
            key={end}
            type="datetime-local"
            step={1}
            aria-label={end === "since" ? "From" : "Until"}
            value={part[end]}
            onChange={(event) => onChange({ ...part, [end]: event.target.value })}
            className="control w-auto!"
          />
        ))}
    </div>
  );
};
