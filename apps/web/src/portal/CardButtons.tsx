import { type Guest, type GuestRight, OPERATIONS } from "@corral/contracts";
import { Link } from "@tanstack/react-router";
import { Ellipsis, Eraser, Pencil, Share2, SquareTerminal, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { paths } from "../app/paths.ts";
import { blockedBy, OPERATION_ICONS, type Operation, useOperations } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { ChangeGuestDialog } from "./ChangeGuestDialog.tsx";
import { ShareDialog } from "./ShareDialog.tsx";

const ORDER: readonly GuestRight[] = ["watch", "use", "manage"];

/** Why somebody may not do this, who was given no more than that right on the guest. */
const withoutRight = (guest: Guest, needed: GuestRight): string | undefined =>
  ORDER.indexOf(guest.right) >= ORDER.indexOf(needed)
    ? undefined
    : `${guest.definition.owner} lets you ${guest.right} this guest, not ${needed} it.`;

type Dialog = "change" | "share" | "reset";

/** Console, power, and the rest in a menu. */
export const CardButtons = ({ guest }: { guest: Guest }) => {
  const { operate, busy } = useOperations();
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const { name } = guest.definition;
  const noManage = withoutRight(guest, "manage");
  const mustBeOff = noManage ?? blockedBy("delete", guest);

  const reset = async () => {
    try {
      await api.resetGuest({ params: { id: guest.id } });
      toast.success(`${name} is as its image again.`);
    } catch (error) {
      toastError(error);
    }
  };
  const isOff = blockedBy("start", guest) === undefined;
  const shown: readonly Operation[] = [isOff ? "start" : "shutdown", "restart"];
  return (
    <div className="mt-auto flex items-center gap-1.5">
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
        <MenuItem
          label="Delete"
          icon={Trash2}
          dangerous
          blocked={mustBeOff}
          onSelect={() => void operate("delete", [guest])}
        />
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
