import { type Guest, type GuestRight, OPERATIONS } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis, Eraser, Pencil, Share2, SquareTerminal, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { guestsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { blockedBy, OPERATION_ICONS, type Operation, useOperations } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { formatMebibytes } from "../ui/quantities.ts";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Tag } from "../ui/Tag.tsx";
import { Age, Uptime } from "../ui/Time.tsx";
import { ChangeGuestDialog } from "./ChangeGuestDialog.tsx";
import { ShareDialog } from "./ShareDialog.tsx";

const ORDER: readonly GuestRight[] = ["watch", "use", "manage"];

/** Why somebody may not do this, who was given no more than that right on the guest. */
const withoutRight = (guest: Guest, needed: GuestRight): string | undefined =>
  ORDER.indexOf(guest.right) >= ORDER.indexOf(needed)
    ? undefined
    : `${guest.definition.owner} lets you ${guest.right} this guest, not ${needed} it.`;

type Dialog = "change" | "share" | "reset";

export const GuestCard = ({ guest }: { guest: Guest }) => {
  const { definition } = guest;
  return (
    <li
      aria-label={definition.name}
      className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-surface p-4"
    >
      <div className="flex items-center gap-2">
        <Link {...paths.guest(definition.name)} className="min-w-0 truncate text-title font-semibold hover:underline">
          {definition.name}
        </Link>
        {guest.right !== "manage" && <Tag>{`${definition.owner}: ${guest.right}`}</Tag>}
        <span className="flex-1" />
        <StateBadge state={guest.state} />
      </div>
      <p className="truncate text-small text-faint">
        {formatMebibytes(definition.memoryMiB)} ·{" "}
        {guest.startedAt !== null && guest.state === "running" ? (
          <>
            up <Uptime since={guest.startedAt} />
          </>
        ) : (
          <>
            since <Age at={guest.since} />
          </>
        )}
      </p>
      <p className="h-5 truncate text-small text-muted" title={guest.ending?.message}>
        {guest.progress ?? guest.ending?.message ?? definition.description}
      </p>
      <Buttons guest={guest} />
    </li>
  );
};

const Buttons = ({ guest }: { guest: Guest }) => {
  const { operate, busy } = useOperations();
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const refresh = () => queries.invalidateQueries({ queryKey: guestsQuery.queryKey.slice(0, 1) });
  const { name } = guest.definition;
  const params = { id: guest.id };
  const noManage = withoutRight(guest, "manage");
  const mustBeOff = noManage ?? blockedBy("delete", guest);

  const reset = async () => {
    try {
      await api.resetGuest({ params });
      toast.success(`${name} is as its image again.`);
    } catch (error) {
      toastError(error);
    }
  };
  const discard = async () => {
    try {
      await api.discardGuest({ params });
      const undo = async () => {
        await api.restoreGuest({ params }).catch(toastError);
        await refresh();
      };
      toast.success(`${name} is deleted.`, { action: { label: "Undo", onClick: () => void undo() } });
    } catch (error) {
      toastError(error);
    }
    await refresh();
  };
  const isOff = blockedBy("start", guest) === undefined;
  const shown: readonly Operation[] = [isOff ? "start" : "shutdown", "restart"];
  return (
    <div className="mt-1 flex items-center gap-1.5">
      <Link
        {...paths.guest(name)}
        className="inline-flex h-(--control) items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 font-medium hover:bg-hover"
      >
        <SquareTerminal aria-hidden size={15} />
        Console
      </Link>
      {shown.map((operation) => (
        <Button
          key={operation}
          label={OPERATIONS[operation].label}
          icon={OPERATION_ICONS[operation]}
          showLabel={operation === "restart" ? "never" : "always"}
          busy={busy.has(`${guest.id}:${operation}`)}
          blocked={withoutRight(guest, "use") ?? blockedBy(operation, guest)}
          onClick={() => void operate(operation, [guest])}
        />
      ))}
      <span className="flex-1" />
      <Menu trigger={<Button label={`More for ${name}`} icon={Ellipsis} variant="ghost" showLabel="never" />}>
        <MenuItem label="Rename or resize…" icon={Pencil} blocked={noManage} onSelect={() => setDialog("change")} />
        <MenuItem label="Share…" icon={Share2} blocked={noManage} onSelect={() => setDialog("share")} />
        <MenuLine />
        <MenuItem label="Reset to the image…" icon={Eraser} blocked={mustBeOff} onSelect={() => setDialog("reset")} />
        <MenuItem label="Delete" icon={Trash2} dangerous blocked={mustBeOff} onSelect={() => void discard()} />
      </Menu>
      {dialog === "change" && <ChangeGuestDialog guest={guest} onClose={close} />}
      {dialog === "share" && <ShareDialog guest={guest} onClose={close} />}
      {dialog === "reset" && (
        <ConfirmDialog
          title={`Reset ${name} to its image?`}
          confirm="Reset"
          dangerous
          onConfirm={() => void reset()}
          onClose={close}
        >
          All that was written to its disks is thrown away. This cannot be undone.
        </ConfirmDialog>
      )}
    </div>
  );
};
