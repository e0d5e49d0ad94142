import { CHANNEL_KINDS, CHANNEL_MEANINGS, type Channel, type ChannelKind, PORT_MINIMUM } from "@corral/contracts";
import { SelectField, TextField } from "../ui/Field.tsx";

/** What stands after the kind, where it needs one, until a person says otherwise. */
const FIRST_DETAIL: Partial<Record<ChannelKind, string>> = { port: "9000", tty: "/dev/ttyS0" };

const LABELS: Record<ChannelKind, string> = {
  fd: "fd: Corral's terminal",
  pts: "pts: its kernel's terminal",
  port: "port: telnet",
  tty: "tty: a host's terminal",
  xterm: "xterm: the host's desktop",
  null: "null: nothing",
  none: "none: no device",
};
const ADMIN_KINDS: readonly ChannelKind[] = ["tty", "xterm"];

interface ChannelFieldProps {
  readonly path: string;
  readonly label: string;
  readonly value: Channel;
  readonly admin: boolean;
  readonly kinds?: readonly ChannelKind[];
  readonly onChange: (channel: Channel) => void;
}

/** The kind of a channel, and its port or path where it has one. */
export const ChannelField = ({ path, label, value, admin, kinds = CHANNEL_KINDS, onChange }: ChannelFieldProps) => {
  const colon = value.indexOf(":");
  const kind = (colon === -1 ? value : value.slice(0, colon)) as ChannelKind;
  const detail = colon === -1 ? undefined : value.slice(colon + 1);
  const choose = (next: string) => {
    const first = FIRST_DETAIL[next as ChannelKind];
    onChange(first === undefined ? next : `${next}:${first}`);
  };
  return (
    <div className="flex flex-col gap-2">
      <SelectField path={path} label={label} value={kind} hint={CHANNEL_MEANINGS[kind]} onChange={choose}>
        {kinds.map((each) => (
          <option key={each} value={each} disabled={!admin && ADMIN_KINDS.includes(each) && each !== kind}>
            {LABELS[each]}
          </option>
        ))}
      </SelectField>
      {detail !== undefined && (
        <TextField
          path={`${path}.detail`}
          label={kind === "port" ? `${label}: port, from ${PORT_MINIMUM}` : `${label}: terminal`}
          mono
          inputMode={kind === "port" ? "numeric" : "text"}
          value={detail}
          onChange={(text) => onChange(`${kind}:${text}`)}
        />
      )}
    </div>
  );
};
