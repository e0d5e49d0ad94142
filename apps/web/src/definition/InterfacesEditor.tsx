import { INTERFACES_MAXIMUM } from "@corral/contracts";
import { Plus, X } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { freeInterface, type InterfaceDraft } from "./draft.ts";
import { InterfaceFields } from "./InterfaceFields.tsx";

interface InterfacesEditorProps {
  readonly interfaces: readonly InterfaceDraft[];
  readonly onChange: (interfaces: InterfaceDraft[]) => void;
}

export const InterfacesEditor = ({ interfaces, onChange }: InterfacesEditorProps) => (
  <div className="flex flex-col gap-2">
    {interfaces.map((each, index) => (
      <fieldset
        // biome-ignore lint/suspicious/noArrayIndexKey: an interface has no other identity while its name is being typed
        key={index}
        className="flex flex-wrap items-start gap-2 rounded-md border border-line p-3"
      >
        <legend className="sr-only">Interface {each.device}</legend>
        <InterfaceFields
          path={`interfaces.${index}`}
          value={each}
          onChange={(changed) => onChange(interfaces.map((other, at) => (at === index ? changed : other)))}
        />
        <Button
          label={`Remove interface ${each.device}`}
          icon={X}
          variant="ghost"
          showLabel="never"
          onClick={() => onChange(interfaces.filter((_, at) => at !== index))}
          className="mt-5"
        />
      </fieldset>
    ))}
    <p className="text-small text-muted">
      vec0 to vec7 (and, where the kernel has them, eth0 to eth7) over the loopback of the guest&rsquo;s own network.
      Two whose ports are each other&rsquo;s are the ends of a cable.
    </p>
    <div>
      <Button
        label="Add an interface"
        icon={Plus}
        small
        blocked={
          interfaces.length >= INTERFACES_MAXIMUM ? `A guest has at most ${INTERFACES_MAXIMUM} interfaces.` : undefined
        }
        onClick={() => onChange([...interfaces, freeInterface(interfaces.map(({ device }) => device))])}
      />
    </div>
  </div>
);
