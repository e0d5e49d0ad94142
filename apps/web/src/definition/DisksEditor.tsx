import { DISKS_MAXIMUM, type Image } from "@corral/contracts";
import { Plus, X } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { CheckField, SelectField, TextField } from "../ui/Field.tsx";
import { type DiskDraft, freeUbd, newDisk } from "./draft.ts";

const KINDS = [
  ["image", "Image"],
  ["empty", "New, empty"],
  ["file", "File of the host"],
] as const;

const FLAGS = [
  ["readOnly", "Read-only", "Writes fail in the guest"],
  ["synchronous", "Synchronous", "Each write goes to the host's disk at once: safer and slower"],
  ["shared", "No lock", "Two guests may write it at once, and wreck it"],
  ["ignoreCow", "Plain data", "Also where a COW header stands"],
  ["noDiscard", "No discard", "Blocks that the guest frees are not given back"],
] as const;

interface DisksEditorProps {
  readonly disks: readonly DiskDraft[];
  readonly images: readonly Image[];
  readonly admin: boolean;
  readonly onChange: (disks: DiskDraft[]) => void;
}

export const DisksEditor = ({ disks, images, admin, onChange }: DisksEditorProps) => {
  const patch = (index: number, change: Partial<DiskDraft>) =>
    onChange(disks.map((disk, at) => (at === index ? { ...disk, ...change } : disk)));
  return (
    <div className="flex flex-col gap-3">
      {disks.map((disk, index) => (
        <DiskFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a disk has no other identity while its number is being typed
          key={index}
          path={`disks.${index}`}
          disk={disk}
          images={images}
          admin={admin}
          onPatch={(change) => patch(index, change)}
          onRemove={() => onChange(disks.filter((_, at) => at !== index))}
        />
      ))}
      <div>
        <Button
          label="Add a disk"
          icon={Plus}
          small
          blocked={disks.length >= DISKS_MAXIMUM ? `A guest has at most ${DISKS_MAXIMUM} disks.` : undefined}
          onClick={() => onChange([...disks, newDisk(freeUbd(disks), "empty")])}
        />
      </div>
    </div>
  );
};

interface DiskFieldsProps {
  readonly path: string;
  readonly disk: DiskDraft;
  readonly images: readonly Image[];
  readonly admin: boolean;
  readonly onPatch: (change: Partial<DiskDraft>) => void;
  readonly onRemove: () => void;
}

const DiskFields = ({ path, disk, images, admin, onPatch, onRemove }: DiskFieldsProps) => (
  <fieldset className="rounded-md border border-line p-3">
    <legend className="sr-only">Disk ubd{disk.ubd}</legend>
    <div className="grid grid-cols-[4.5rem_minmax(0,1fr)_auto] items-start gap-2 sm:grid-cols-[4.5rem_minmax(0,1fr)_minmax(0,1.4fr)_auto]">
      <TextField
        path={`${path}.ubd`}
        label="ubd"
        inputMode="numeric"
        value={disk.ubd}
        onChange={(ubd) => onPatch({ ubd })}
      />
      <SelectField
        path={`${path}.source.kind`}
        label="From"
        value={disk.kind}
        onChange={(kind) => onPatch({ kind: kind as DiskDraft["kind"] })}
      >
        {KINDS.map(([kind, label]) => (
          <option key={kind} value={kind} disabled={kind === "file" && !admin}>
            {label}
          </option>
        ))}
      </SelectField>
      <div className="max-sm:order-last max-sm:col-span-full">
        {disk.kind === "image" && (
          <ImageField
            path={`${path}.source.image`}
            images={images}
            value={disk.image}
            onChange={(image) => onPatch({ image })}
          />
        )}
        {disk.kind === "empty" && (
          <TextField
            path={`${path}.source.sizeMiB`}
            label="Size"
            unit="MiB"
            inputMode="numeric"
            value={disk.sizeMiB}
            onChange={(sizeMiB) => onPatch({ sizeMiB })}
          />
        )}
        {disk.kind === "file" && (
          <TextField
            path={`${path}.source.path`}
            label="Path"
            mono
            placeholder="/srv/disks/data.img"
            value={disk.path}
            onChange={(text) => onPatch({ path: text })}
          />
        )}
      </div>
      <Button
        label={`Remove disk ubd${disk.ubd}`}
        icon={X}
        variant="ghost"
        showLabel="never"
        onClick={onRemove}
        className="mt-5"
      />
    </div>
    <details className="mt-2">
      <summary className="w-fit rounded-sm text-small text-muted hover:text-ink">
        Flags and serial number
        {FLAGS.filter(([flag]) => disk[flag]).map(([flag, label]) => (
          <span key={flag} className="text-ink">
            {" · "}
            {label}
          </span>
        ))}
        {disk.serial !== "" && <span className="text-ink"> · {disk.serial}</span>}
      </summary>
      <div className="mt-2 grid gap-2 sm:grid-cols-2">
        {FLAGS.map(([flag, label, hint]) => (
          <CheckField
            key={flag}
            label={label}
            hint={hint}
            checked={disk[flag]}
            onChange={(on) => onPatch({ [flag]: on })}
          />
        ))}
        <TextField
          path={`${path}.serial`}
          label="Serial number"
          mono
          value={disk.serial}
          onChange={(serial) => onPatch({ serial })}
        />
      </div>
    </details>
  </fieldset>
);

interface ImageFieldProps {
  readonly path: string;
  readonly images: readonly Image[];
  readonly value: string;
  readonly onChange: (image: string) => void;
  readonly hint?: React.ReactNode;
}

/** What cannot be used is listed with the reason, and what a definition names stays even if it is gone. */
export const ImageField = ({ path, images, value, onChange, hint }: ImageFieldProps) => {
  const known = value === "" || images.some(({ id, name }) => name === value || id === value);
  return (
    <SelectField path={path} label="Image" hint={hint} value={value} onChange={onChange}>
      {value === "" && <option value="">Choose…</option>}
      {!known && <option value={value}>{value} (missing)</option>}
      {images.map(({ id, name, available, problem }) => (
        <option key={id} value={value === id ? id : name} disabled={!available}>
          {name}
          {available ? "" : ` (${problem ?? "not available"})`}
        </option>
      ))}
    </SelectField>
  );
};
