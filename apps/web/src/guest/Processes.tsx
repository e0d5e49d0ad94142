import type { Guest, GuestProcess, GuestProcesses } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, Unplug } from "lucide-react";
import { useRef, useState } from "react";
import { messageOf } from "../api/errors.ts";
import { processesQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { CheckField } from "../ui/Field.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { formatBytes } from "../ui/quantities.ts";
import { Table, Td, Th } from "../ui/Table.tsx";
import { Network } from "./Network.tsx";

type Column = "pid" | "cpu" | "memory";
type Row = GuestProcess & { readonly cpu: number };

const ORDER: Record<Column, (a: Row, b: Row) => number> = {
  pid: (a, b) => a.pid - b.pid,
  cpu: (a, b) => b.cpu - a.cpu || b.cpuSeconds - a.cpuSeconds || a.pid - b.pid,
  memory: (a, b) => b.residentBytes - a.residentBytes || a.pid - b.pid,
};

/** What runs inside the guest, and its network, over the guest link; looked at again every few seconds. */
export const Processes = ({ guest }: { guest: Guest }) => {
  if (guest.state !== "running" || guest.link === "off") {
    return (
      <EmptyState icon={Unplug} title="Nothing to list">
        {guest.state === "running" ? "Its definition has the guest link off." : "The guest is not running."}
      </EmptyState>
    );
  }
  return <Live guest={guest} />;
};

const PARTS = ["Processes", "Network"] as const;

const Live = ({ guest }: { guest: Guest }) => {
  const [part, setPart] = useState<(typeof PARTS)[number]>("Processes");
  const [own, setOwn] = useState(false);
  return (
    <section aria-label={part} className="flex h-full min-h-0 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-2">
        <div role="toolbar" aria-label="What to list" className="flex min-w-0 flex-1 gap-1">
          {PARTS.map((name) => (
            <Button
              key={name}
              label={name}
              small
              variant={name === part ? "secondary" : "ghost"}
              aria-pressed={name === part}
              onClick={() => setPart(name)}
            />
          ))}
        </div>
        {part === "Processes" && <CheckField label="Corral's own too" checked={own} onChange={setOwn} />}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {part === "Processes" ? <List guest={guest} own={own} /> : <Network guest={guest} />}
      </div>
    </section>
  );
};

const List = ({ guest, own }: { guest: Guest; own: boolean }) => {
  const [column, setColumn] = useState<Column>("cpu");
  const { data, error } = useQuery(processesQuery(guest.id));
  const rows = useUsage(data)
    .filter(({ corral }) => own || !corral)
    .toSorted(ORDER[column]);

  if (error !== null && data === undefined) {
    return (
      <EmptyState icon={Unplug} title="The guest does not answer">
        {messageOf(error)}
      </EmptyState>
    );
  }
  const head = (name: Column, label: string, width: string) => (
    <Th
      className={`${width} text-right`}
      aria-sort={column === name ? (name === "pid" ? "ascending" : "descending") : "none"}
    >
      <button type="button" className="inline-flex items-center gap-0.5" onClick={() => setColumn(name)}>
        {column === name && <ArrowDown aria-hidden size={11} className={name === "pid" ? "rotate-180" : ""} />}
        {label}
      </button>
    </Th>
  );
  return (
    <div aria-busy={data === undefined}>
      <Table label="Processes">
        <thead>
          <tr>
            {head("pid", "PID", "w-16")}
            <Th>Command</Th>
            {head("cpu", "CPU", "w-16")}
            {head("memory", "Memory", "w-20")}
          </tr>
        </thead>
        <tbody className="tabular-nums">
          {rows.map((row) => (
            <tr key={row.pid}>
              <Td className="text-right text-muted">{row.pid}</Td>
              <Td
                title={row.command || `[${row.name}]`}
                className={row.command === "" || row.corral ? "text-faint" : ""}
              >
                {row.corral && "Corral: "}
                {row.command || `[${row.name}]`}
              </Td>
              <Td className="text-right">{row.cpu.toFixed(0)} %</Td>
              <Td className="text-right">{row.residentBytes === 0 ? "—" : formatBytes(row.residentBytes)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
};

/** Processor use between the last two looks; of a process that was not there before, since it began. */
const useUsage = (data: GuestProcesses | undefined): readonly Row[] => {
  const last = useRef<{ readonly data: GuestProcesses; readonly rows: readonly Row[] } | null>(null);
  if (data === undefined) return [];
  if (last.current?.data === data) return last.current.rows;
  const before = last.current?.data;
  const earlier = new Map(before?.processes.map((process) => [process.pid, process.cpuSeconds]));
  const seconds = before === undefined ? 0 : data.uptimeSeconds - before.uptimeSeconds;
  const rows = data.processes.map((process) => {
    const was = earlier.get(process.pid);
    const known = was !== undefined && seconds > 0 && was <= process.cpuSeconds;
    const share = known ? (process.cpuSeconds - was) / seconds : process.cpuSeconds / Math.max(process.ageSeconds, 1);
    return { ...process, cpu: share * 100 };
  });
  last.current = { data, rows };
  return rows;
};
