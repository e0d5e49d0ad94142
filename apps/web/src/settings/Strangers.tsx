import type { Stranger } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, RefreshCw, SquareTerminal, Terminal, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { isCode, messageOf, toastError } from "../api/errors.ts";
import { strangersQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { formatBytes } from "../ui/quantities.ts";
import { Tag } from "../ui/Tag.tsx";
import { Uptime } from "../ui/Time.tsx";

const MconsolePrompt = lazy(async () => ({ default: (await import("../mconsole/MconsolePrompt.tsx")).MconsolePrompt }));

const StrangerTerminal = lazy(() => import("./StrangerTerminal.tsx"));

/** UML guests of this host that Corral did not start. Nothing is done to them unasked. */
export const Strangers = () => {
  const strangers = useQuery(strangersQuery);
  return (
    <Section
      title="Found on this host"
      actions={
        <Button
          label="Look again"
          icon={RefreshCw}
          small
          busy={strangers.isFetching}
          onClick={() => strangers.refetch()}
        />
      }
    >
      {strangers.isPending && <div className="skeleton h-8" aria-busy="true" />}
      {strangers.isError && <Notice kind="error">{messageOf(strangers.error)}</Notice>}
      {strangers.data?.length === 0 && (
        <p className="text-faint">No guests but Corral's own, as far as this user's processes go.</p>
      )}
      {strangers.data !== undefined && strangers.data.length > 0 && (
        <ul className="rounded-md border border-line bg-surface" aria-label="Strangers">
          {strangers.data.map((stranger) => (
            <StrangerRow key={stranger.id} stranger={stranger} />
          ))}
        </ul>
      )}
    </Section>
  );
};

const nameOf = ({ umid, pid }: Stranger): string => umid ?? `process ${pid}`;

const StrangerRow = ({ stranger }: { stranger: Stranger }) => {
  const { kind, pid, residentBytes, startedAt, version, note, consoles, commandLine, folder } = stranger;
  return (
    <li className="flex gap-3 border-b border-line px-3 py-2 last:border-0" aria-label={nameOf(stranger)}>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-medium">{nameOf(stranger)}</span>
          {kind === "stale" && <Tag>left behind</Tag>}
          <span className="text-small text-muted">
            {[pid !== null && `process ${pid}`, residentBytes !== null && formatBytes(residentBytes)]
              .filter(Boolean)
              .join(" · ")}
            {startedAt !== null && (
              <>
                {" "}
                · up <Uptime since={startedAt} />
              </>
            )}
          </span>
        </p>
        {version !== null && <p className="truncate text-muted">{version}</p>}
        {note !== null && <p className="text-muted wrap-anywhere">{note}</p>}
        <p className="truncate font-mono text-small text-faint" title={commandLine || (folder ?? "")}>
          {commandLine || folder}
        </p>
        {consoles.map((console) => (
          <StrangerConsole key={console.name} stranger={stranger} {...console} />
        ))}
      </div>
      {kind === "stale" ? <Clean stranger={stranger} /> : <Actions stranger={stranger} />}
    </li>
  );
};

/** Those that can be opened from here. */
const TERMINAL = /^(pts:\/dev\/pts\/|port:)\d+/;

const StrangerConsole = ({ stranger, name, channel }: { stranger: Stranger; name: string; channel: string }) => {
  const [asked, setAsked] = useState<string>();
  const [open, setOpen] = useState(false);
  const openIt = async (confirm: boolean) => {
    try {
      await api.openStrangerConsole({ params: { id: stranger.id, name }, body: { confirm } });
      setOpen(true);
    } catch (error) {
      if (isCode(error, "needs_confirmation") && !confirm) setAsked(messageOf(error));
      else toastError(error);
    }
  };
  return (
    <p className="flex items-center gap-2 text-small text-faint">
      <span className="truncate font-mono">{`${name}=${channel}`}</span>
      {TERMINAL.test(channel) && (
        <Button
          label={`Open ${name} of ${nameOf(stranger)}`}
          icon={Terminal}
          small
          variant="ghost"
          showLabel="never"
          onClick={() => void openIt(false)}
        />
      )}
      {asked !== undefined && (
        <ConfirmDialog
          title={`Open ${name}, which others have open?`}
          confirm="Open"
          onConfirm={() => void openIt(true)}
          onClose={() => setAsked(undefined)}
        >
          {asked}
        </ConfirmDialog>
      )}
      {open && (
        <Dialog title={`${name} of ${nameOf(stranger)}`} wide onClose={() => setOpen(false)}>
          <Suspense fallback={<div className="h-96 bg-terminal" />}>
            <StrangerTerminal stranger={stranger} name={name} channel={channel} />
          </Suspense>
        </Dialog>
      )}
    </p>
  );
};

const useAsk = (stranger: Stranger) => {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: strangersQuery.queryKey });
  const act = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast.success(done);
    } catch (error) {
      toastError(error);
    }
    await refresh();
  };
  const ask = (command: string, done: string) =>
    act(() => api.strangerMconsole({ params: { id: stranger.id }, body: { command, confirm: true } }), done);
  return { act, ask };
};

const Clean = ({ stranger }: { stranger: Stranger }) => {
  const [asking, setAsking] = useState(false);
  const { act } = useAsk(stranger);
  return (
    <>
      <Button
        label={`Remove ${nameOf(stranger)}`}
        icon={Trash2}
        small
        showLabel="never"
        onClick={() => setAsking(true)}
      />
      {asking && (
        <ConfirmDialog
          title="Remove what was left behind?"
          confirm="Remove"
          dangerous
          onConfirm={() =>
            void act(() => api.cleanStranger({ params: { id: stranger.id } }), `${nameOf(stranger)} is removed.`)
          }
          onClose={() => setAsking(false)}
        >
          <span className="wrap-anywhere">{stranger.folder}</span>, with the pid file and the socket in it.
        </ConfirmDialog>
      )}
    </>
  );
};

type Open = "prompt" | "halt";

const Actions = ({ stranger }: { stranger: Stranger }) => {
  const [open, setOpen] = useState<Open>();
  const { ask } = useAsk(stranger);
  const name = nameOf(stranger);
  const blocked = stranger.version === null ? (stranger.note ?? "It does not answer.") : undefined;
  const close = () => setOpen(undefined);
  return (
    <span className="flex shrink-0 items-start gap-1">
      <Button
        label={`mconsole of ${name}`}
        icon={SquareTerminal}
        small
        showLabel="never"
        blocked={blocked}
        onClick={() => setOpen("prompt")}
      />
      <Menu trigger={<Button label={`Actions for ${name}`} icon={Ellipsis} variant="ghost" small showLabel="never" />}>
        <MenuItem label="Pause" blocked={blocked} onSelect={() => void ask("stop", `${name} is paused.`)} />
        <MenuItem label="Resume" blocked={blocked} onSelect={() => void ask("go", `${name} goes on.`)} />
        <MenuItem label="Ctrl-Alt-Del" blocked={blocked} onSelect={() => void ask("cad", `${name} was told.`)} />
        <MenuLine />
        <MenuItem label="Power off…" blocked={blocked} dangerous onSelect={() => setOpen("halt")} />
      </Menu>
      {open === "prompt" && (
        <Dialog title={`mconsole of ${name}`} wide onClose={close}>
          <div className="h-80">
            <Suspense fallback={<div className="h-full bg-terminal" />}>
              <MconsolePrompt
                name={name}
                run={async (command, confirm) =>
                  (await api.strangerMconsole({ params: { id: stranger.id }, body: { command, confirm } })).text
                }
                onLeave={close}
              />
            </Suspense>
          </div>
        </Dialog>
      )}
      {open === "halt" && (
        <ConfirmDialog
          title={`Power ${name} off at once?`}
          confirm="Power off"
          dangerous
          onConfirm={() => void ask("halt", `${name} is off.`)}
          onClose={close}
        >
          Its programs get no chance to end, and what was not written to its disks is lost. Corral did not start it, and
          cannot start it again.
        </ConfirmDialog>
      )}
    </span>
  );
};
