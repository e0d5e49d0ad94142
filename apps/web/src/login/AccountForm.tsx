import { login, PASSWORD_MINIMUM, redeemLink } from "@corral/contracts";
import { useMemo } from "react";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { FieldErrors, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";

const password = redeemLink
  .pick({ password: true })
  .required()
  .extend({ again: login.shape.password })
  .refine((draft) => draft.again === draft.password, { path: ["again"], message: "is not the same as above" });
const withName = redeemLink.pick({ name: true }).required().and(password);

interface Draft {
  readonly name: string;
  readonly password: string;
  readonly again: string;
}
const wholeOf = (draft: Draft) => draft;
const passwordOf = ({ name: _, ...draft }: Draft) => draft;

interface AccountFormProps {
  /** What is proposed; null: the account has a name already. */
  readonly name: string | null;
  readonly submit: string;
  readonly onSubmit: (account: { name?: string; password: string }) => Promise<void>;
}

/** Name and password of somebody who comes by a one-time link. */
export const AccountForm = ({ name, submit, onSubmit }: AccountFormProps) => {
  const initial = useMemo<Draft>(() => ({ name: name ?? "", password: "", again: "" }), [name]);
  const form = useDraft({
    initial,
    schema: name === null ? password : withName,
    inputOf: name === null ? passwordOf : wholeOf,
    onSubmit: (draft) =>
      onSubmit(name === null ? { password: draft.password } : { name: draft.name, password: draft.password }),
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
        {name !== null && (
          <TextField
            path="name"
            label="Name"
            autoComplete="username"
            autoCapitalize="none"
            autoFocus={name === ""}
            value={draft.name}
            onChange={(text) => patch({ name: text })}
          />
        )}
        <TextField
          path="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          autoFocus={name !== ""}
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
      <Button label={submit} type="submit" variant="primary" busy={form.busy} className="mt-1" />
    </form>
  );
};
