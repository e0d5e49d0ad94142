import { TextField } from "../ui/Field.tsx";
import type { InterfaceDraft } from "./draft.ts";

interface InterfaceFieldsProps {
  /** Of the interface in the definition or the request, such as interfaces.0. */
  readonly path: string;
  readonly value: InterfaceDraft;
  readonly onChange: (value: InterfaceDraft) => void;
}

/** Name, both ports and address of one network interface. */
export const InterfaceFields = ({ path, value, onChange }: InterfaceFieldsProps) => (
  <>
    <TextField
      path={`${path}.device`}
      label="Name"
      mono
      value={value.device}
      onChange={(device) => onChange({ ...value, device })}
      className="w-18"
    />
    <TextField
      path={`${path}.port`}
      label="Port"
      inputMode="numeric"
      value={value.port}
      onChange={(port) => onChange({ ...value, port })}
      className="w-18"
    />
    <TextField
      path={`${path}.peerPort`}
      label="Other end"
      inputMode="numeric"
      value={value.peerPort}
      onChange={(peerPort) => onChange({ ...value, peerPort })}
      className="w-18"
    />
    <TextField
      path={`${path}.mac`}
      label="Address"
      mono
      placeholder="any"
      value={value.mac}
      onChange={(mac) => onChange({ ...value, mac })}
      className="min-w-36 flex-1"
    />
  </>
);
