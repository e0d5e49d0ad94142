import type { Channel, ChannelKind } from "@corral/contracts";
import { CheckField } from "../ui/Field.tsx";
import { ChannelField } from "./ChannelField.tsx";

/** What can be one half of a console. */
const HALVES: readonly ChannelKind[] = ["fd", "pts", "tty", "xterm", "null"];

interface OutputFieldProps {
  readonly path: string;
  /** Where the guest reads from. */
  readonly channel: Channel;
  readonly value: Channel | undefined;
  readonly admin: boolean;
  readonly onChange: (output: Channel | undefined) => void;
}

/** Where what the guest prints goes, when it goes elsewhere than to what it reads from. */
export const OutputField = ({ path, channel, value, admin, onChange }: OutputFieldProps) => {
  const isWhole = channel.startsWith("port") || channel === "none";
  if (isWhole && value === undefined) return null;
  return (
    <>
      <CheckField
        label="Prints to another channel"
        checked={value !== undefined}
        onChange={(split) => onChange(split ? (channel === "fd" ? "null" : "fd") : undefined)}
      />
      {value !== undefined && (
        <ChannelField path={path} label="Output" value={value} admin={admin} kinds={HALVES} onChange={onChange} />
      )}
    </>
  );
};
