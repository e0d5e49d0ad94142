import { newSshKey } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { keysQuery } from "../api/peopleQueries.ts";
import { meQuery, sshDoorQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { sshCommandLine } from "../settings/sshCommandLine.ts";
import { Button } from "../ui/Button.tsx";
import { CommandLine } from "../ui/Copy.tsx";
import { TextAreaField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { Age } from "../ui/Time.tsx";

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
    <Section
      title="My ssh keys"
      actions={<Button label="Add a key" icon={Plus} small onClick={() => setAdding(true)} />}
    >
      <KeysHint />
      {keys.isPending && <div className="skeleton h-9" />}
      {keys.isError && <Notice kind="error">{messageOf(keys.error)}</Notice>}
      {keys.data?.length === 0 && <p className="text-faint">You have none.</p>}
      {keys.data !== undefined && keys.data.length > 0 && (
        <ul className="rounded-md border border-line bg-surface">
          {keys.data.map((key) => (
            <li
              key={key.id}
              className="flex min-h-(--row) items-center gap-4 border-b border-line pl-3 pr-1 last:border-0"
            >
              <span className="min-w-0 flex-1 truncate" title={key.label}>
                {key.label}
              </span>
              <code className="hidden truncate font-mono text-small text-faint md:block" title={key.fingerprint}>
                {key.type} {key.fingerprint.slice(0, 24)}…
              </code>
              <span className="w-28 text-right text-small text-faint">
                {key.lastUsedAt === null ? (
                  "never used"
                ) : (
                  <>
                    used <Age at={key.lastUsedAt} />
                  </>
                )}
              </span>
              <Button
                label={`Delete ${key.label}`}
                icon={Trash2}
                variant="ghost"
                small
                showLabel="never"
                onClick={() => remove.mutate(key.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <KeyDialog
          onClose={() => {
            setAdding(false);
            void refresh();
          }}
        />
      )}
    </Section>
  );
};

/** How one comes in with them, or that one cannot. */
const KeysHint = () => {
  const door = useQuery(sshDoorQuery).data;
  const me = useQuery(meQuery).data;
  return (
    <div className="mb-3 flex min-h-(--control) flex-wrap items-center gap-3 text-muted">
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
