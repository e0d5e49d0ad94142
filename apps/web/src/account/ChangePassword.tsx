import { PASSWORD_MINIMUM, passwordChange } from "@corral/contracts";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/Field.tsx";

const initial = { current: "", password: "", again: "" };
const schema = passwordChange
  .extend({ again: passwordChange.shape.current })
  .refine((draft) => draft.again === draft.password, { path: ["again"], message: "is not the same as above" });
const inputOf = (draft: typeof initial) => draft;

export const ChangePassword = () => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button label="Change password" small onClick={() => setOpen(true)} />
      {open && <PasswordDialog onClose={() => setOpen(false)} />}
    </>
  );
};

const PasswordDialog = ({ onClose }: { onClose: () => void }) => {
  const form = useDraft({
    initial,
    schema,
    inputOf,
    onSubmit: async ({ current, password }) => {
      await api.changePassword({ body: { current, password } });
      toast.success("Your password is changed. Your other sessions are logged out.");
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog title="Change password" submit="Change it" form={form} onClose={onClose}>
      <TextField
        path="current"
        label="Present password"
        type="password"
        autoComplete="current-password"
        value={draft.current}
        onChange={(current) => patch({ current })}
      />
      <TextField
        path="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_MINIMUM} characters`}
        value={draft.password}
        onChange={(password) => patch({ password })}
      />
      <TextField
        path="again"
        label="The same again"
        type="password"
        autoComplete="new-password"
        value={draft.again}
        onChange={(again) => patch({ again })}
      />
    </FormDialog>
  );
};
