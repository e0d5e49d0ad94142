import { login, PASSWORD_MINIMUM, redeemLink } from "@corral/contracts";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { FieldErrors, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";

const schema = redeemLink
  .pick({ name: true, password: true })
  .required()
  .extend({ again: login.shape.password })
  .refine((draft) => draft.again === draft.password, { path: ["again"], message: "is not the same as above" });

const initial = { name: "admin", password: "", again: "" };
const inputOf = (draft: typeof initial) => draft;

interface FirstAdminFormProps {
  readonly onSubmit: (admin: { name: string; password: string }) => Promise<void>;
}

export const FirstAdminForm = ({ onSubmit }: FirstAdminFormProps) => {
  const form = useDraft({
    initial,
    schema,
    inputOf,
    onSubmit: (draft) => onSubmit({ name: draft.name, password: draft.password }),
  });
  const { draft, patch } = form;
  return (
    <form
      ref={form.form}
      noValidate
      onBlur={form.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
      className="flex flex-col gap-3"
    >
      {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
      <FieldErrors value={form.errors}>
        <TextField
          path="name"
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          value={draft.name}
          onChange={(text) => patch({ name: text })}
        />
        <TextField
          path="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          autoFocus
          hint={`At least ${PASSWORD_MINIMUM} characters`}
          value={draft.password}
          onChange={(text) => patch({ password: text })}
        />
        <TextField
          path="again"
          label="The same again"
          type="password"
          autoComplete="new-password"
          value={draft.again}
          onChange={(again) => patch({ again })}
        />
      </FieldErrors>
      <Button label="Create the admin and log in" type="submit" variant="primary" busy={form.busy} className="mt-1" />
    </form>
  );
};
