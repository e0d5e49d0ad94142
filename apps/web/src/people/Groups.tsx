import { type Group, groupChanges } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { groupsQuery } from "../api/peopleQueries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { TextField } from "../ui/Field.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { QuotaFields } from "./QuotaFields.tsx";
import { type QuotaDraft, quotaDraftOf, quotaOf } from "./quotaDraft.ts";

export const Groups = () => {
  const groups = useQuery(groupsQuery);
  const queries = useQueryClient();
  const [edited, setEdited] = useState<Group | "new">();
  const [doomed, setDoomed] = useState<Group>();
  const refresh = () => queries.invalidateQueries({ queryKey: groupsQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteGroup({ params: { id } }),
    onError: toastError,
    onSettled: refresh,
  });
  return (
    <ListSection
      title="Groups"
      actions={<Button label="New group" icon={Plus} small onClick={() => setEdited("new")} />}
      query={groups}
      empty="There is none. Guests are shared with a group, and its members share its quota."
      row={(group) => (
        <>
          <span className="font-medium">{group.name}</span>
          <span className="min-w-0 flex-1 truncate text-muted" title={group.members.join(", ")}>
            {group.members.length === 0 ? "nobody" : group.members.join(", ")}
          </span>
          <RowButton label={`Change ${group.name}`} icon={Pencil} onClick={() => setEdited(group)} />
          <RowButton label={`Delete ${group.name}`} icon={Trash2} onClick={() => setDoomed(group)} />
        </>
      )}
    >
      {edited !== undefined && (
        <GroupDialog
          group={edited === "new" ? null : edited}
          onClose={() => {
            setEdited(undefined);
            void refresh();
          }}
        />
      )}
      {doomed !== undefined && (
        <ConfirmDialog
          title={`Delete the group ${doomed.name}?`}
          confirm="Delete"
          dangerous
          onConfirm={() => remove.mutate(doomed.id)}
          onClose={() => setDoomed(undefined)}
        >
          Its members keep their accounts. What was shared with the group they see no longer.
        </ConfirmDialog>
      )}
    </ListSection>
  );
};

interface GroupDraft {
  readonly name: string;
  readonly members: string;
  readonly quota: QuotaDraft;
}
const changesOf = ({ name, members, quota }: GroupDraft) => ({
  name: name.trim(),
  members: members.split(/[\s,]+/).filter((member) => member !== ""),
  quota: quotaOf(quota),
});

const GroupDialog = ({ group, onClose }: { group: Group | null; onClose: () => void }) => {
  const initial = useMemo<GroupDraft>(
    () => ({
      name: group?.name ?? "",
      members: group?.members.join(" ") ?? "",
      quota: quotaDraftOf(group?.quota ?? null),
    }),
    [group],
  );
  const form = useDraft({
    initial,
    schema: groupChanges.required(),
    inputOf: changesOf,
    onSubmit: async (draft) => {
      const { name, members, quota } = groupChanges.required().parse(changesOf(draft));
      if (group !== null) await api.changeGroup({ params: { id: group.id }, body: { name, members, quota } });
      else {
        const { id } = await api.createGroup({ body: { name, members } });
        if (quota !== null) await api.changeGroup({ params: { id }, body: { quota } });
      }
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title={group === null ? "New group" : `Change ${group.name}`}
      submit="Save"
      form={form}
      onClose={onClose}
    >
      <TextField
        path="name"
        label="Name"
        autoCapitalize="none"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
      <TextField
        path="members"
        label="Members"
        hint="Names, with blanks between them"
        autoCapitalize="none"
        value={draft.members}
        onChange={(members) => patch({ members })}
      />
      <QuotaFields draft={draft.quota} onChange={(change) => patch({ quota: { ...draft.quota, ...change } })} />
    </FormDialog>
  );
};
