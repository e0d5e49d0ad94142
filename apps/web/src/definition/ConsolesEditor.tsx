import { CONSOLES_MAXIMUM, type ConsoleDefinition, type Guest } from "@corral/contracts";
import { Plus, X, Zap } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { ChangeChannelDialog } from "./ChangeChannelDialog.tsx";
import { ChannelField } from "./ChannelField.tsx";
import { freeConsole } from "./draft.ts";
import { OutputField } from "./OutputField.tsx";

interface ConsolesEditorProps {
  readonly consoles: readonly ConsoleDefinition[];
  readonly admin: boolean;
  /** The guest, where it is on. */
  readonly running?: Guest | undefined;
  readonly onChange: (consoles: ConsoleDefinition[]) => void;
}

export const ConsolesEditor = ({ consoles, admin, running, onChange }: ConsolesEditorProps) => {
  const [changing, setChanging] = useState<ConsoleDefinition>();
  const patch = (index: number, change: Partial<ConsoleDefinition>) =>
    onChange(consoles.map((each, at) => (at === index ? { ...each, ...change } : each)));
  const main = consoles.find(({ name }) => name === "con0");
  return (
    <div className="flex flex-col gap-3">
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
          <div className="flex flex-col gap-2">
            <ChannelField
              path={`consoles.${index}.channel`}
              label="Channel"
              value={each.channel}
              admin={admin}
              onChange={(channel) => patch(index, { channel })}
            />
            <OutputField
              path={`consoles.${index}.output`}
              channel={each.channel}
              value={each.output}
              admin={admin}
              onChange={(output) => patch(index, { output })}
            />
          </div>
          <span className="mt-5 flex">
            {running !== undefined && (
              <Button
                label={`Change ${each.name} now`}
                icon={Zap}
                variant="ghost"
                showLabel="never"
                onClick={() => setChanging(each)}
              />
            )}
            <Button
              label={`Remove ${each.name}`}
              icon={X}
              variant="ghost"
              showLabel="never"
              onClick={() => onChange(consoles.filter((_, at) => at !== index))}
            />
          </span>
        </div>
      ))}
      {main?.channel.startsWith("port") === true && (
        <Notice kind="info">
          A guest whose main console is a port waits at boot for the first connection. Corral connects by itself as soon
          as the guest listens.
        </Notice>
      )}
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
      {running !== undefined && changing !== undefined && (
        <ChangeChannelDialog guest={running} console={changing} admin={admin} onClose={() => setChanging(undefined)} />
      )}
    </div>
  );
};
