import { type SshDoorState, sshDoorChanges } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { meQuery, sshDoorQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { CommandLine, CopyButton } from "../ui/Copy.tsx";
import { TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { sshCommandLine } from "./sshCommandLine.ts";

/** Whether and where people come in by ssh; an admin opens and shuts it here. */
export const SshDoor = ({ isAdmin }: { isAdmin: boolean }) => {
  const door = useQuery(sshDoorQuery);
  const queries = useQueryClient();
  const [open, setOpen] = useState<"open" | "shut">();
  const refresh = () => queries.invalidateQueries({ queryKey: sshDoorQuery.queryKey });
  const shut = useMutation({
    mutationFn: () => api.changeSshDoor({ body: { isOpen: false } }),
    onError: toastError,
    onSettled: refresh,
  });
  if (door.data === undefined) {
    return (
      <Section title="ssh door">
        {door.isError ? <Notice kind="error">{messageOf(door.error)}</Notice> : <div className="skeleton h-9" />}
      </Section>
    );
  }
  const { isOpen, decidedBy } = door.data;
  const actions = isAdmin && decidedBy !== "start" && (
    <>
      <Button label={isOpen ? "Change the port" : "Open it"} small onClick={() => setOpen("open")} />
      {isOpen && <Button label="Shut it" small busy={shut.isPending} onClick={() => setOpen("shut")} />}
    </>
  );
  return (
    <Section title="ssh door" actions={actions}>
      {isOpen ? (
        <Ways door={door.data} />
      ) : (
        <p className="text-muted">
          It is shut. Open, people reach their guests by ssh: a menu, consoles, commands for scripts.
        </p>
      )}
      {decidedBy === "start" && (
        <p className="mt-2 text-small text-faint">
          How the server was started decides this (CORRAL_SSH, --ssh, --no-ssh). Started without them, it is decided
          here.
        </p>
      )}
      {open === "open" && (
        <OpenDialog
          door={door.data}
          onClose={() => {
            setOpen(undefined);
            void refresh();
          }}
        />
      )}
      {open === "shut" && (
        <ConfirmDialog
          title="Shut the ssh door"
          confirm="Shut it"
          onConfirm={() => shut.mutate()}
          onClose={() => setOpen(undefined)}
        >
          Whoever is connected by ssh now is sent away. Guests and their consoles go on.
        </ConfirmDialog>
      )}
    </Section>
  );
};

const Ways = ({ door }: { door: SshDoorState }) => {
  const name = useQuery(meQuery).data?.user.name ?? "you";
  const rows = [
    ["State", <span key="state">{`Open, at port ${door.port} of ${door.host}`}</span>],
    [
      "Host key",
      <span key="key" className="flex min-w-0 items-center gap-1">
        <code className="min-w-0 font-mono text-small wrap-anywhere">{door.fingerprint}</code>
        <CopyButton text={door.fingerprint ?? ""} label="Copy the fingerprint" />
      </span>,
    ],
    ["Menu", <CommandLine key="menu" command={sshCommandLine(door, name)} />],
    ["Console of web1", <CommandLine key="console" command={sshCommandLine(door, `${name}+web1`)} />],
    ["For scripts", <CommandLine key="scripts" command={`${sshCommandLine(door, name)} help`} />],
  ] as const;
  return (
    <>
      <dl className="grid items-center gap-x-4 gap-y-1.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
        {rows.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-faint">{term}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
      {isLoopback(door.host) && (
        <p className="mt-2 text-small text-faint">
          Only the server's own machine reaches it. CORRAL_SSH_HOST=0.0.0.0 at the start lets other machines in.
        </p>
      )}
    </>
  );
};

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.");

const OpenDialog = ({ door, onClose }: { door: SshDoorState; onClose: () => void }) => {
  const inputOf = ({ port }: { port: string }) => ({
    isOpen: true,
    ...(Number(port) === door.port ? {} : { port: Number(port) }),
  });
  const form = useDraft({
    initial: { port: String(door.port) },
    schema: sshDoorChanges,
    inputOf,
    onSubmit: async (draft) => {
      await api.changeSshDoor({ body: inputOf(draft) });
      onClose();
    },
  });
  return (
    <FormDialog
      title={door.isOpen ? "Port of the ssh door" : "Open the ssh door"}
      description={
        door.isOpen
          ? "Whoever is connected by ssh now is sent away."
          : "People come with an ssh key of theirs, or with their password, and may do what they may do here."
      }
      submit={door.isOpen ? "Change" : "Open it"}
      form={form}
      onClose={onClose}
    >
      <TextField
        path="port"
        label="Port"
        inputMode="numeric"
        value={form.draft.port}
        onChange={(port) => form.patch({ port })}
      />
    </FormDialog>
  );
};
