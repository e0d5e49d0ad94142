import type { Guest, GuestSocket } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { messageOf } from "../api/errors.ts";
import { networkQuery, socketsQuery } from "../api/queries.ts";
import { EmptyState } from "../ui/Notice.tsx";
import { formatBytes } from "../ui/quantities.ts";
import { Table, Td, Th } from "../ui/Table.tsx";

/** The guest's interfaces and its open sockets, over the guest link. */
export const Network = ({ guest }: { guest: Guest }) => {
  const { data, error } = useQuery(networkQuery(guest.id));
  if (error !== null && data === undefined) {
    return (
      <EmptyState icon={Unplug} title="The guest does not answer">
        {messageOf(error)}
      </EmptyState>
    );
  }
  return (
    <div aria-busy={data === undefined}>
      <Table label="Network interfaces">
        <thead>
          <tr>
            <Th className="w-16">Name</Th>
            <Th>Addresses</Th>
            <Th className="w-20 text-right">Received</Th>
            <Th className="w-20 text-right">Sent</Th>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {data?.interfaces.map(({ name, addresses, received, sent }) => (
            <tr key={name}>
              <Td>{name}</Td>
              <Td title={addresses.join(", ")}>{addresses.join(", ") || "—"}</Td>
              <Td className="text-right">{formatBytes(received.bytes)}</Td>
              <Td className="text-right">{formatBytes(sent.bytes)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <Sockets guest={guest} />
    </div>
  );
};

const ownerOf = ({ pid, process }: GuestSocket): string => (pid === null ? "—" : `${process ?? ""} ${pid}`.trim());

const Sockets = ({ guest }: { guest: Guest }) => {
  const { data } = useQuery(socketsQuery(guest.id));
  return (
    <>
      <Table label="Open sockets">
        <thead>
          <tr>
            <Th className="w-12">Type</Th>
            <Th>Open sockets</Th>
            <Th className="w-24">State</Th>
            <Th className="w-24">Process</Th>
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {data?.sockets.map((socket, index) => {
            const { protocol, local, remote, state } = socket;
            const ends = remote === null ? local : `${local} → ${remote}`;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two sockets may be alike in all that is shown
              <tr key={index}>
                <Td className="text-muted">{protocol}</Td>
                <Td title={ends}>{ends}</Td>
                <Td title={state}>{state}</Td>
                <Td title={ownerOf(socket)}>{ownerOf(socket)}</Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
      {data?.sockets.length === 0 && <p className="px-2 py-3 text-muted">No socket is open.</p>}
      {data?.truncated === true && <p className="px-2 py-3 text-muted">There are more than can be shown here.</p>}
    </>
  );
};
