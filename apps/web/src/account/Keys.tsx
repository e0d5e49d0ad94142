import { newSshKey } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { keysQuery } from "../api/peopleQueries.ts";
import { meQuery, sshDoorQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { sshCommandLine } from "../settings/sshCommandLine.ts";
import { Button } from "../ui/Button.tsx";
import { CommandLine } from "../ui/Copy.tsx";
import { TextAreaField, TextField } from "../ui/Field.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { LastUsed } from "./LastUsed.tsx";

export const Keys = () => {
  const keys = useQuery(keysQuery);
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: keysQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteKey({ params: { id } }),
    onError: toastError,
    onSettled: refresh,
  });
  return (
    <ListSection
      title="My ssh keys"
      actions={<Button label="Add a key" icon={Plus} small onClick={() => setAdding(true)} />}
      lead={<KeysHint />}
      query={keys}
      empty="You have none."
      row={(key) => (
        <>
          <span className="min-w-0 flex-1 truncate" title={key.label}>
            {key.label}
          </span>
          <code className="hidden truncate font-mono text-small text-faint md:block" title={key.fingerprint}>
            {key.type} {key.fingerprint.slice(0, 24)}…
          </code>
          <LastUsed at={key.lastUsedAt} />
          <RowButton label={`Delete ${key.label}`} icon={Trash2} onClick={() => remove.mutate(key.id)} />
        </>
      )}
    >
      {adding && (
        <KeyDialog
          onClose={() => {
            setAdding(false);
            void refresh();
          }}
        />
      )}
    </ListSection>
  );
};

/** How one comes in with them, or that one cannot. */
const KeysHint = () => {
  const door = useQuery(sshDoorQuery).data;
  const me = useQuery(meQuery).data;
  return (
    <div className="flex min-h-(--control) flex-wrap items-center gap-3">
      {door?.isOpen === true && me !== undefined ? (
        <>
          They log you in without a password:
          <CommandLine command={sshCommandLine(door, me.user.name)} />
        </>
      ) : (
        "They log you in where the server's ssh door is open. It is shut; an admin opens it in Settings."
      )}
    </div>
  );
};

const initial = { key: "", label: "" };
const inputOf = ({ key, label }: typeof initial) => ({
  key: key.trim(),
  ...(label.trim() === "" ? {} : { label: label.trim() }),
});

const KeyDialog = ({ onClose }: { onClose: () => void }) => {
  const form = useDraft({
    initial,
    schema: newSshKey,
    inputOf,
    onSubmit: async (draft) => {
      await api.createKey({ body: inputOf(draft) });
      onClose();
    },
  });
  return (
    <FormDialog title="Add an ssh key" submit="Add" form={form} onClose={onClose}>
      <TextAreaField
        path="key"
        label="Public key"
        hint="The one line of a file such as id_ed25519.pub"
        mono
        rows={4}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        value={form.draft.key}
        onChange={(key) => form.patch({ key })}
      />
      <TextField
        path="label"
        label="What it is called"
        hint="As in its comment, if you say nothing"
        value={form.draft.label}
        onChange={(label) => form.patch({ label })}
      />
    </FormDialog>
  );
};
