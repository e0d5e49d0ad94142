import { beginPasskey, newPasskey, type Passkey } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { passkeysQuery, secondFactorQuery } from "../api/peopleQueries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { makePasskey, usePasskeyObstacle } from "../login/passkeys.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/Field.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { Age } from "../ui/Time.tsx";
import { CurrentPasswordField } from "./CurrentPasswordField.tsx";
import { LastUsed } from "./LastUsed.tsx";
import { PasswordStep } from "./PasswordStep.tsx";

export const Passkeys = () => {
  const passkeys = useQuery(passkeysQuery);
  const queries = useQueryClient();
  const obstacle = usePasskeyObstacle();
  const [adding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<Passkey>();
  const refresh = () =>
    Promise.all([passkeysQuery, secondFactorQuery].map(({ queryKey }) => queries.invalidateQueries({ queryKey })));
  return (
    <ListSection
      title="Passkeys"
      actions={
        <Button
          label="Add a passkey"
          icon={Plus}
          small
          blocked={obstacle === null ? "One moment, please." : obstacle}
          onClick={() => setAdding(true)}
        />
      }
      lead="On a telephone, a laptop or a security key: a second factor that no page but this server's can use. Where it checks a finger or a PIN, it logs you in alone."
      query={passkeys}
      empty="You have none."
      row={(passkey) => (
        <>
          <span className="min-w-0 flex-1 truncate" title={passkey.label}>
            {passkey.label}
          </span>
          <span className="hidden text-small text-faint sm:block">
            added <Age at={passkey.createdAt} />
          </span>
          <LastUsed at={passkey.lastUsedAt} />
          <RowButton label={`Remove ${passkey.label}`} icon={Trash2} onClick={() => setDoomed(passkey)} />
        </>
      )}
    >
      {adding && (
        <PasskeyDialog
          onClose={() => setAdding(false)}
          onAdded={(first) => {
            setAdding(false);
            void refresh();
            toast.success(
              first
                ? "From now on your logins need it. Add another one, or an authenticator, for when it is lost."
                : "The passkey is added.",
            );
          }}
          isFirst={passkeys.data?.length === 0}
        />
      )}
      {doomed !== undefined && (
        <PasswordStep
          title={`Remove the passkey ${doomed.label}?`}
          description="It logs you in no longer. Remove it on the device too, which cannot be told from here."
          submit="Remove it"
          onClose={() => setDoomed(undefined)}
          onPassword={async (current) => {
            await api.removePasskey({ params: { id: doomed.id }, body: { current } });
            setDoomed(undefined);
            void refresh();
          }}
        />
      )}
    </ListSection>
  );
};

const initial = { label: "", current: "" };
const schema = beginPasskey.extend({ label: newPasskey.shape.label });
const inputOf = ({ label, current }: typeof initial) => ({ label: label.trim(), current });

interface PasskeyDialogProps {
  readonly isFirst: boolean;
  readonly onAdded: (isFirst: boolean) => void;
  readonly onClose: () => void;
}

const PasskeyDialog = ({ isFirst, onAdded, onClose }: PasskeyDialogProps) => {
  const form = useDraft({
    initial,
    schema,
    inputOf,
    onSubmit: async (draft) => {
      const { label, current } = inputOf(draft);
      const response = await makePasskey(await api.beginPasskey({ body: { current } }));
      await api.createPasskey({ body: { label, response } });
      onAdded(isFirst);
    },
  });
  return (
    <FormDialog
      title="Add a passkey"
      description="Your browser asks next where to keep it."
      submit="Go on"
      form={form}
      onClose={onClose}
    >
      <TextField
        path="label"
        label="What it is called"
        placeholder="laptop"
        value={form.draft.label}
        onChange={(label) => form.patch({ label })}
      />
      <CurrentPasswordField value={form.draft.current} onChange={(current) => form.patch({ current })} />
    </FormDialog>
  );
};
