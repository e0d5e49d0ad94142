import { type Guest, guestChanges } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../api/client.ts";
import { guestsQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { TextField } from "../ui/Field.tsx";

interface Draft {
  readonly name: string;
  readonly memoryMiB: string;
}
const schema = guestChanges.pick({ name: true, memoryMiB: true }).required();
const changesOf = ({ name, memoryMiB }: Draft) => ({ name: name.trim(), memoryMiB: Number(memoryMiB) });

/** What somebody changes of a guest who does not care for the rest of its definition. */
export const ChangeGuestDialog = ({ guest, onClose }: { guest: Guest; onClose: () => void }) => {
  const { name, memoryMiB } = guest.definition;
  const queries = useQueryClient();
  const initial = useMemo<Draft>(() => ({ name, memoryMiB: String(memoryMiB) }), [name, memoryMiB]);
  const form = useDraft({
    initial,
    schema,
    inputOf: changesOf,
    onSubmit: async (draft) => {
      await api.changeGuest({ params: { id: guest.id }, body: changesOf(draft) });
      await queries.invalidateQueries({ queryKey: guestsQuery.queryKey.slice(0, 1) });
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title={`Change ${name}`}
      description="A guest that is on takes its new size up at its next start."
      submit="Save"
      form={form}
      onClose={onClose}
    >
      <TextField
        path="name"
        label="Name"
        autoCapitalize="none"
        value={draft.name}
        onChange={(text) => patch({ name: text })}
      />
      <TextField
        path="memoryMiB"
        label="Memory"
        unit="MiB"
        inputMode="numeric"
        value={draft.memoryMiB}
        onChange={(text) => patch({ memoryMiB: text })}
      />
    </FormDialog>
  );
};
