import {
  type Guest,
  type Image,
  type Kernel,
  MEMORY_MAXIMUM_MIB,
  MEMORY_MINIMUM_MIB,
  type RestartPolicy,
} from "@corral/contracts";
import type { ReactNode } from "react";
import { versionBeside } from "../library/kernelVersion.ts";
import { CheckField, SelectField, TextAreaField, TextField } from "../ui/Field.tsx";
import { ConsolesEditor } from "./ConsolesEditor.tsx";
import { DisksEditor } from "./DisksEditor.tsx";
import type { Draft } from "./draft.ts";
import { InterfacesEditor } from "./InterfacesEditor.tsx";
import { SharesEditor } from "./SharesEditor.tsx";

const RESTART: Record<RestartPolicy, string> = {
  never: "Never: what ended stays off",
  "on-crash": "After a panic or a kill",
  always: "Always, also after it powered itself off",
};

export interface DefinitionFieldsProps {
  readonly draft: Draft;
  readonly patch: (change: Partial<Draft>) => void;
  readonly images: readonly Image[];
  readonly kernels: readonly Kernel[];
  readonly admin: boolean;
  /** The guest, where it is on: some things can be changed at once. */
  readonly running?: Guest | undefined;
}

export const NameField = ({ draft, patch }: Pick<DefinitionFieldsProps, "draft" | "patch">) => (
  <TextField
    path="name"
    label="Name"
    value={draft.name}
    maxLength={63}
    autoCapitalize="none"
    onChange={(name) => patch({ name })}
  />
);

export const MemoryField = ({ draft, patch }: Pick<DefinitionFieldsProps, "draft" | "patch">) => (
  <TextField
    path="memoryMiB"
    label="Memory"
    unit="MiB"
    inputMode="numeric"
    value={draft.memoryMiB}
    hint={`${MEMORY_MINIMUM_MIB} to ${MEMORY_MAXIMUM_MIB}`}
    onChange={(memoryMiB) => patch({ memoryMiB })}
  />
);

/** Everything but name and memory, and the image of a new guest: those stand where one sees them first. */
export const DefinitionFields = ({ draft, patch, images, kernels, admin, running }: DefinitionFieldsProps) => {
  const adminOnly = admin ? undefined : "Only an admin may change this: it reaches beyond the guest.";
  return (
    <div className="@container flex flex-col gap-6">
      <Group title="About">
        <TextField
          path="description"
          label="Description"
          value={draft.description}
          onChange={(description) => patch({ description })}
        />
        <div className="grid gap-3 @md:grid-cols-2">
          <TextField
            path="tags"
            label="Tags"
            placeholder="web prod"
            value={draft.tags}
            onChange={(tags) => patch({ tags })}
          />
          <TextField
            path="owner"
            label="Owner"
            placeholder="you"
            value={draft.owner}
            disabled={!admin}
            hint={adminOnly}
            onChange={(owner) => patch({ owner })}
          />
        </div>
        <TextAreaField path="notes" label="Notes" rows={3} value={draft.notes} onChange={(notes) => patch({ notes })} />
      </Group>
      <Group title="Kernel">
        <KernelField draft={draft} patch={patch} kernels={kernels} />
        <div className="grid grid-cols-2 gap-3">
          <TextField
            path="rootDevice"
            label="Root device"
            mono
            value={draft.rootDevice}
            onChange={(rootDevice) => patch({ rootDevice })}
          />
          <TextField
            path="init"
            label="Init"
            mono
            placeholder="the image's own"
            value={draft.init}
            onChange={(init) => patch({ init })}
          />
        </div>
        <TextField
          path="kernelArguments"
          label="Kernel arguments"
          mono
          placeholder="quiet loglevel=7"
          value={draft.kernelArguments}
          disabled={!admin}
          hint={adminOnly ?? "Separated by blanks"}
          onChange={(kernelArguments) => patch({ kernelArguments })}
        />
        <TextField
          path="umid"
          label="umid"
          mono
          placeholder="made from the guest's id"
          value={draft.umid}
          onChange={(umid) => patch({ umid })}
        />
      </Group>
      <Group title="Disks">
        <DisksEditor disks={draft.disks} images={images} admin={admin} onChange={(disks) => patch({ disks })} />
      </Group>
      <Group title="Consoles">
        <ConsolesEditor
          consoles={draft.consoles}
          admin={admin}
          running={running}
          onChange={(consoles) => patch({ consoles })}
        />
      </Group>
      <Group title="Running">
        <CheckField
          label="Start with Corral"
          hint="When the server starts and the guest is off"
          checked={draft.autostart}
          onChange={(autostart) => patch({ autostart })}
        />
        <CheckField
          label="Guest link"
          hint="Corral may run commands in it, and list its processes"
          checked={draft.guestLink}
          onChange={(guestLink) => patch({ guestLink })}
        />
        <SelectField
          path="restartPolicy"
          label="Start again"
          value={draft.restartPolicy}
          onChange={(policy) => patch({ restartPolicy: policy as RestartPolicy })}
        >
          {Object.entries(RESTART).map(([policy, label]) => (
            <option key={policy} value={policy}>
              {label}
            </option>
          ))}
        </SelectField>
        <div className="grid grid-cols-2 gap-3">
          <TextField
            path="cpus"
            label="CPUs of the host"
            placeholder="chosen by Corral"
            value={draft.cpus}
            hint="Numbers, such as 0 2; none: the one with the least work"
            onChange={(cpus) => patch({ cpus })}
          />
          <TextField
            path="niceness"
            label="Niceness"
            inputMode="numeric"
            value={draft.niceness}
            hint="0 to 19; more is slower"
            onChange={(niceness) => patch({ niceness })}
          />
        </div>
      </Group>
      <Group title="Network interfaces">
        <InterfacesEditor interfaces={draft.interfaces} onChange={(interfaces) => patch({ interfaces })} />
      </Group>
      <Group title="Shared folders">
        <SharesEditor shares={draft.shares} blocked={adminOnly} onChange={(shares) => patch({ shares })} />
      </Group>
    </div>
  );
};

const KernelField = ({ draft, patch, kernels }: Pick<DefinitionFieldsProps, "draft" | "patch" | "kernels">) => {
  const known = kernels.some(({ id, name }) => name === draft.kernel || id === draft.kernel);
  return (
    <SelectField path="kernel" label="Kernel" value={draft.kernel} onChange={(kernel) => patch({ kernel })}>
      {draft.kernel === "" && <option value="">The newest</option>}
      {draft.kernel !== "" && !known && <option value={draft.kernel}>{draft.kernel} (missing)</option>}
      {kernels.map(({ id, name, version, available, problem }) => (
        <option key={id} value={draft.kernel === id ? id : name} disabled={!available}>
          {[name, available ? versionBeside({ name, version }) : (problem ?? "not available")]
            .filter(Boolean)
            .join(" · ")}
        </option>
      ))}
    </SelectField>
  );
};

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="flex flex-col gap-3">
    <h3 className="border-b border-line pb-1.5 font-semibold">{title}</h3>
    {children}
  </section>
);
