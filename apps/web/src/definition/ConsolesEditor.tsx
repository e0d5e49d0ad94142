import { CONSOLES_MAXIMUM, type ConsoleDefinition, channel } from "@corral/contracts";
import { Plus, X } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { SelectField, TextField } from "../ui/Field.tsx";
import { freeConsole } from "./draft.ts";

const CHANNELS: Record<(typeof channel.options)[number], string> = {
  fd: "Terminal, kept and logged by Corral",
  null: "Reads nothing, swallows what is written",
  none: "No device at all",
};

interface ConsolesEditorProps {
  readonly consoles: readonly ConsoleDefinition[];
  readonly onChange: (consoles: ConsoleDefinition[]) => void;
}

export const ConsolesEditor = ({ consoles, onChange }: ConsolesEditorProps) => {
  const patch = (index: number, change: Partial<ConsoleDefinition>) =>
    onChange(consoles.map((each, at) => (at === index ? { ...each, ...change } : each)));
  return (
    <div className="flex flex-col gap-2">
      {consoles.map((each, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a console has no other identity while its name is being typed
          key={index}
          className="grid grid-cols-[6rem_minmax(0,1fr)_auto] items-start gap-2"
        >
          <TextField
            path={`consoles.${index}.name`}
            label="Device"
            mono
            value={each.name}
            onChange={(name) => patch(index, { name })}
          />
          <SelectField
            path={`consoles.${index}.channel`}
            label="Channel"
            value={each.channel}
            onChange={(value) => patch(index, { channel: channel.parse(value) })}
          >
            {channel.options.map((option) => (
              <option key={option} value={option}>
                {CHANNELS[option]}
              </option>
            ))}
          </SelectField>
          <Button
            label={`Remove ${each.name}`}
            icon={X}
            variant="ghost"
            showLabel="never"
            onClick={() => onChange(consoles.filter((_, at) => at !== index))}
            className="mt-5"
          />
        </div>
      ))}
      <div>
        <Button
          label="Add a console"
          icon={Plus}
          small
          blocked={
            consoles.length >= CONSOLES_MAXIMUM ? `A guest has at most ${CONSOLES_MAXIMUM} consoles.` : undefined
          }
          onClick={() => onChange([...consoles, { name: freeConsole(consoles), channel: "fd" }])}
        />
      </div>
    </div>
  );
};
