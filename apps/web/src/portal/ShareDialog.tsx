import { type Grant, type Guest, guestAccessChange } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { guestAccessQuery } from "../api/peopleQueries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { SelectField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";

interface ShareDialogProps {
  readonly guest: Guest;
  readonly onClose: () => void;
}

export const ShareDialog = ({ guest, onClose }: ShareDialogProps) => {
  const access = useQuery({ ...guestAccessQuery(guest.id), staleTime: 0, gcTime: 0 });
  if (access.data !== undefined) return <ShareForm guest={guest} grants={access.data.grants} onClose={onClose} />;
  return (
    <Dialog title={`Share ${guest.definition.name}`} onClose={onClose}>
      {access.isError ? <Notice kind="error">{messageOf(access.error)}</Notice> : <div className="skeleton h-9" />}
    </Dialog>
  );
};

interface Draft {
  readonly grants: readonly Grant[];
}
const inputOf = ({ grants }: Draft) => ({ grants: grants.map((grant) => ({ ...grant, name: grant.name.trim() })) });

const ShareForm = ({ guest, grants, onClose }: ShareDialogProps & { grants: readonly Grant[] }) => {
  const queries = useQueryClient();
  const form = useDraft<Draft>({
    initial: { grants: grants.length > 0 ? grants : [{ kind: "user", name: "", right: "use" }] },
    schema: guestAccessChange,
    inputOf,
    onSubmit: async (draft) => {
      await api.changeGuestAccess({ params: { id: guest.id }, body: inputOf(draft) });
      void queries.invalidateQueries({ queryKey: guestAccessQuery(guest.id).queryKey });
      onClose();
    },
  });
  const { draft, patch } = form;
  const change = (index: number, part: Partial<Grant>) =>
    patch({ grants: draft.grants.map((grant, at) => (at === index ? { ...grant, ...part } : grant)) });
  return (
    <FormDialog
      title={`Share ${guest.definition.name}`}
      description="Watch: see the consoles. Use: also type, start and stop. Manage: also change, share and delete."
      submit="Save"
      form={form}
      onClose={onClose}
    >
      {draft.grants.map((grant, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a grant has no other identity while its name is being typed
        <div key={index} className="grid grid-cols-[6rem_minmax(0,1fr)_7rem_auto] items-start gap-2">
          <SelectField
            path={`grants.${index}.kind`}
            label="With"
            value={grant.kind}
            onChange={(kind) => change(index, { kind: kind === "group" ? "group" : "user" })}
          >
            <option value="user">User</option>
            <option value="group">Group</option>
          </SelectField>
          <TextField
            path={`grants.${index}.name`}
            label="Name"
            autoCapitalize="none"
            value={grant.name}
            onChange={(name) => change(index, { name })}
          />
          <SelectField
            path={`grants.${index}.right`}
            label="May"
            value={grant.right}
            onChange={(right) => change(index, { right: right as Grant["right"] })}
          >
            <option value="watch">Watch</option>
            <option value="use">Use</option>
            <option value="manage">Manage</option>
          </SelectField>
          <Button
            label={`No longer share with ${grant.name || "this one"}`}
            icon={X}
            variant="ghost"
            showLabel="never"
            className="mt-5"
            onClick={() => patch({ grants: draft.grants.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <Button
        label="One more"
        icon={Plus}
        small
        className="self-start"
        onClick={() => patch({ grants: [...draft.grants, { kind: "user", name: "", right: "use" }] })}
      />
    </FormDialog>
  );
};
