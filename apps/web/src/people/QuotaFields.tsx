import { TextField } from "../ui/Field.tsx";
import type { QuotaDraft } from "./quotaDraft.ts";

interface QuotaFieldsProps {
  readonly draft: QuotaDraft;
  readonly onChange: (change: Partial<QuotaDraft>) => void;
}

const COUNTS = [
  ["guests", "Guests", undefined],
  ["runningGuests", "Running guests", undefined],
  ["memoryMiB", "Memory", "MiB"],
  ["diskMiB", "Disk", "MiB"],
  ["cpus", "CPUs", undefined],
] as const;

const LISTS = [
  ["templates", "Only these templates"],
  ["images", "Only these images"],
  ["kernels", "Only these kernels"],
  ["networks", "Only these networks"],
] as const;

export const QuotaFields = ({ draft, onChange }: QuotaFieldsProps) => (
  <fieldset className="rounded-md border border-line p-3">
    <legend className="px-1 text-small font-medium text-muted">Quota; what is empty is not limited</legend>
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {COUNTS.map(([name, label, unit]) => (
        <TextField
          key={name}
          path={`quota.${name}`}
          label={label}
          inputMode="numeric"
          {...(unit === undefined ? {} : { unit })}
          value={draft[name]}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </div>
    <div className="mt-3 flex flex-col gap-3">
      {LISTS.map(([name, label]) => (
        <TextField
          key={name}
          path={`quota.${name}`}
          label={label}
          placeholder="all"
          value={draft[name]}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </div>
  </fieldset>
);
