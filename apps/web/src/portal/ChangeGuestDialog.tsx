import { type Guest, guestChanges } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "../api/client.ts";
import { isCode } from "../api/errors.ts";
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
  const { name } = guest.definition;
  const queries = useQueryClient();
  const [initial] = useState<Draft>({ name, memoryMiB: String(guest.definition.memoryMiB) });
  /** What the person has seen: after a refusal that told them what others changed, also that. */
  const seen = useRef(guest.revision);
  const form = useDraft({
    initial,
    schema,
    inputOf: changesOf,
    onSubmit: async (draft) => {
      const before: Record<string, unknown> = changesOf(initial);
      const body = Object.fromEntries(
        Object.entries(changesOf(draft)).filter(([field, value]) => value !== before[field]),
      );
      await api
        .changeGuest({ params: { id: guest.id }, body }, { ifRevision: seen.current })
        .catch(async (error: unknown) => {
          if (isCode(error, "changed_meanwhile")) {
            seen.current = (await api.getGuest({ params: { id: guest.id } })).revision;
          }
          throw error;
        });
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
