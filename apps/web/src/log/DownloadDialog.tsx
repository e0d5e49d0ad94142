import type { Guest, GuestBoot, LogFormat } from "@corral/contracts";
import { useState } from "react";
import { Button } from "../ui/Button.tsx";
import { CommandLine } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { type ChosenPart, downloadAddress, whyNot } from "./logAddress.ts";
import { PartChooser } from "./PartChooser.tsx";

const FORMATS: Readonly<Record<LogFormat, { readonly label: string; readonly meaning: string }>> = {
  text: { label: "Plain text", meaning: "without colours and escape sequences" },
  raw: { label: "As it was printed", meaning: "every byte, for a terminal" },
  asciicast: { label: "Recording", meaning: "asciicast v2, for asciinema and its player" },
};

interface DownloadDialogProps {
  readonly guest: Guest;
  readonly name: string;
  readonly boots: readonly GuestBoot[];
  /** The boot that is looked at. */
  readonly boot: number | undefined;
  readonly onClose: () => void;
}

export const DownloadDialog = ({ guest, name, boots, boot, onClose }: DownloadDialogProps) => {
  const [part, setPart] = useState<ChosenPart>(boot === undefined ? { kind: "whole" } : { kind: "boot", boot });
  const [format, setFormat] = useState<LogFormat>("text");
  const download = () => {
    const link = document.createElement("a");
    link.href = downloadAddress(guest.id, name, format, part);
    link.download = "";
    link.click();
    onClose();
  };
  return (
    <Dialog
      title={`Download the log of ${name}`}
      onClose={onClose}
      footer={
        <>
          <Button label="Cancel" onClick={onClose} />
          <Button label="Download" variant="primary" blocked={whyNot(part)} onClick={download} />
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <PartChooser name={name} boots={boots} part={part} onChange={setPart} />
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 text-small font-medium text-muted">As</legend>
          {Object.entries(FORMATS).map(([value, { label, meaning }]) => (
            <label key={value} className="flex items-baseline gap-2">
              <input
                type="radio"
                name="format"
                checked={format === value}
                onChange={() => setFormat(value as LogFormat)}
              />
              <span>
                {label} <span className="text-faint">· {meaning}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <CommandLine command={commandFor(guest.definition.name, name, format, part)} />
      </div>
    </Dialog>
  );
};

const commandFor = (guest: string, name: string, format: LogFormat, part: ChosenPart): string => {
  const which =
    part.kind === "boot"
      ? ` --boot ${part.boot}`
      : part.kind === "time"
        ? `${part.since && ` --since ${part.since}`}${part.until && ` --until ${part.until}`}`
        : "";
  return `corral log ${guest} ${name}${format === "text" ? "" : ` --format ${format}`}${which}`;
};
