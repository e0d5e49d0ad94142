import { SHARES_MAXIMUM, type Share } from "@corral/contracts";
import { Plus, X } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { CheckField, TextField } from "../ui/Field.tsx";

interface SharesEditorProps {
  readonly shares: readonly Share[];
  /** Why this person may not change them. */
  readonly blocked: string | undefined;
  readonly onChange: (shares: Share[]) => void;
}

export const SharesEditor = ({ shares, blocked, onChange }: SharesEditorProps) => {
  const disabled = blocked !== undefined;
  const patch = (index: number, change: Partial<Share>) =>
    onChange(shares.map((share, at) => (at === index ? { ...share, ...change } : share)));
  return (
    <div className="flex flex-col gap-2">
      {shares.map((share, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: a share has no other identity while its name is being typed
          key={index}
          className="grid grid-cols-[7rem_minmax(0,1fr)_auto] items-start gap-x-2 gap-y-1 rounded-md border border-line p-3"
        >
          <legend className="sr-only">Share {share.name}</legend>
          <TextField
            path={`shares.${index}.name`}
            label="Name"
            disabled={disabled}
            value={share.name}
            onChange={(name) => patch(index, { name })}
          />
          <TextField
            path={`shares.${index}.folder`}
            label="Folder of the host"
            mono
            disabled={disabled}
            value={share.folder}
            placeholder="/srv/share"
            onChange={(folder) => patch(index, { folder })}
          />
          <Button
            label={`Remove share ${share.name}`}
            icon={X}
            variant="ghost"
            showLabel="never"
            blocked={blocked}
            onClick={() => onChange(shares.filter((_, at) => at !== index))}
            className="mt-5"
          />
          <div className="col-span-3">
            <CheckField
              label="Read-only"
              hint={
                <>
                  In the guest: <code className="font-mono">mount -t hostfs none /mnt -o /{share.name || "name"}</code>
                </>
              }
              disabled={disabled}
              checked={share.readOnly}
              onChange={(readOnly) => patch(index, { readOnly })}
            />
          </div>
        </fieldset>
      ))}
      <div>
        <Button
          label="Add a shared folder"
          icon={Plus}
          small
          blocked={
            blocked ?? (shares.length >= SHARES_MAXIMUM ? `A guest has at most ${SHARES_MAXIMUM} shares.` : undefined)
          }
          onClick={() => onChange([...shares, { name: "", folder: "", readOnly: true }])}
        />
      </div>
    </div>
  );
};
