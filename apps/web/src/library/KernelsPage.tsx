import type { Kernel } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Cpu, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { kernelsQuery, meQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { Page } from "../ui/Page.tsx";
import { counted } from "../ui/quantities.ts";
import { SkeletonRows, Table, Td, Th } from "../ui/Table.tsx";
import { Tag } from "../ui/Tag.tsx";
import { RegisterKernelDialog } from "./RegisterKernelDialog.tsx";
import { UsedBy } from "./UsedBy.tsx";
import { usedByWords, useLibraryDelete } from "./useLibraryDelete.ts";

const COLUMNS = [
  "md:w-56",
  "w-28",
  "hidden lg:table-cell",
  "hidden md:table-cell",
  "w-44 hidden sm:table-cell xl:w-64",
  "w-16",
];

const KernelsPage = () => {
  const kernels = useQuery(kernelsQuery);
  const admin = useQuery(meQuery).data?.user.role === "admin";
  const [registering, setRegistering] = useState(false);
  const [doomed, setDoomed] = useState<Kernel>();
  const forget = useLibraryDelete("kernels");
  const adminOnly = admin ? undefined : "Only an admin may register kernels.";
  const register = (
    <Button
      label="Register a kernel"
      icon={Plus}
      variant="primary"
      blocked={adminOnly}
      onClick={() => setRegistering(true)}
    />
  );
  return (
    <Page title="Kernels" count={kernels.data && counted(kernels.data.length, "kernel")} actions={register}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {kernels.isError && kernels.data === undefined ? (
          <NotRead what="The kernels" error={kernels.error} onAgain={() => void kernels.refetch()} />
        ) : kernels.data?.length === 0 ? (
          <EmptyState icon={Cpu} title="No kernels yet" actions={register}>
            A guest's kernel is a program of the host, called linux.uml on Debian (package user-mode-linux).
          </EmptyState>
        ) : (
          <Table label="Kernels">
            <thead>
              <tr>
                <Th className={`${COLUMNS[0]} pl-4! sm:pl-5!`}>Name</Th>
                <Th className={COLUMNS[1]}>Version</Th>
                <Th className={COLUMNS[2]}>Can</Th>
                <Th className={COLUMNS[3]}>Path and modules</Th>
                <Th className={COLUMNS[4]}>Used by</Th>
                <Th className={COLUMNS[5]}>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {kernels.data?.map((kernel) => (
                <KernelRow key={kernel.id} kernel={kernel} blocked={adminOnly} onForget={() => setDoomed(kernel)} />
              ))}
              {kernels.isPending && <SkeletonRows rows={2} columns={COLUMNS} />}
            </tbody>
          </Table>
        )}
      </div>
      {registering && <RegisterKernelDialog onClose={() => setRegistering(false)} />}
      {doomed !== undefined && (
        <ConfirmDialog
          title={`Forget kernel ${doomed.name}?`}
          confirm="Forget"
          dangerous
          onConfirm={() => forget.mutate(doomed.id)}
          onClose={() => setDoomed(undefined)}
        >
          Its file stays where it is: {doomed.path}
        </ConfirmDialog>
      )}
    </Page>
  );
};

const abilitiesOf = ({ abilities }: Kernel): string[] => [
  ...(["ubd", "hostfs", "mconsole", "watchdog", "seccomp"] as const).filter((ability) => abilities[ability]),
  ...(abilities.vector ? ["vecN"] : []),
  ...(abilities.ethTransports.length > 0 ? ["ethN"] : []),
  ...abilities.rootFileSystems,
];

const detailsOf = ({ abilities }: Kernel): string =>
  [
    `Console channels: ${abilities.channels.join(", ") || "none"}`,
    `Ethernet transports: ${abilities.ethTransports.join(", ") || "none"}`,
    `Root file systems: ${abilities.rootFileSystems.join(", ") || "none"}`,
  ].join("\n");

interface KernelRowProps {
  readonly kernel: Kernel;
  readonly blocked: string | undefined;
  readonly onForget: () => void;
}

const KernelRow = ({ kernel, blocked, onForget }: KernelRowProps) => (
  <tr className="align-top hover:bg-hover">
    <Td className={`${COLUMNS[0]} py-2 pl-4! font-medium sm:pl-5!`} title={kernel.name}>
      {kernel.name}
      {!kernel.available && (
        <p className="whitespace-normal text-small font-normal text-wrong">{kernel.problem ?? "not available"}</p>
      )}
      <code className="block truncate font-mono text-small font-normal text-faint md:hidden">{kernel.path}</code>
    </Td>
    <Td className={`${COLUMNS[1]} py-2`}>{kernel.version}</Td>
    <Td className={`${COLUMNS[2]} whitespace-normal! py-2`} title={detailsOf(kernel)}>
      <span className="flex flex-wrap gap-1">
        {abilitiesOf(kernel).map((ability) => (
          <Tag key={ability}>{ability}</Tag>
        ))}
      </span>
    </Td>
    <Td className={`${COLUMNS[3]} py-2`}>
      <code className="block truncate font-mono text-small" title={kernel.path}>
        {kernel.path}
      </code>
      <code className="block truncate font-mono text-small text-faint" title={kernel.modules ?? undefined}>
        {kernel.modules ?? "no modules"}
      </code>
    </Td>
    <Td className={`${COLUMNS[4]} whitespace-normal! py-2`}>
      <UsedBy guests={kernel.usedBy} />
    </Td>
    <Td className={`${COLUMNS[5]} py-1 pr-4!`}>
      <Button
        label={`Forget ${kernel.name}`}
        icon={Trash2}
        variant="ghost"
        small
        showLabel="never"
        blocked={blocked ?? usedByWords(kernel.usedBy)}
        onClick={onForget}
      />
    </Td>
  </tr>
);

export default KernelsPage;
