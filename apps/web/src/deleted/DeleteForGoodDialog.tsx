import { confirmedName, type DiscardedGuest } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../api/client.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { TextField } from "../ui/Field.tsx";

interface Draft {
  readonly name: string;
}
const INITIAL: Draft = { name: "" };
const typed = ({ name }: Draft) => ({ name: name.trim() });

/** Nothing brings it back: whoever means it types the guest's name. */
export const DeleteForGoodDialog = ({ guest, onClose }: { guest: DiscardedGuest; onClose: () => void }) => {
  const queries = useQueryClient();
  const { id, name } = guest;
  const schema = useMemo(() => confirmedName(name), [name]);
  const form = useDraft<Draft>({
    initial: INITIAL,
    schema,
    inputOf: typed,
    onSubmit: async () => {
      await api.deleteDiscarded({ params: { id } });
      onClose();
      await queries.invalidateQueries();
    },
  });
  return (
    <FormDialog
      title={`Delete ${name} for good?`}
      description="Its disks and console logs go now, and nothing brings them back."
      submit="Delete for good"
      dangerous
      form={form}
      onClose={onClose}
    >
      <TextField
        path="name"
        label={`Type ${name} to confirm`}
        autoCapitalize="none"
        value={form.draft.name}
        onChange={(text) => form.patch({ name: text })}
      />
    </FormDialog>
  );
};
