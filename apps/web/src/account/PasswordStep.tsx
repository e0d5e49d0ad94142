import { beginTotp } from "@corral/contracts";
import type { ReactNode } from "react";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { CurrentPasswordField } from "./CurrentPasswordField.tsx";

const noPassword = { current: "" };
const passwordOf = (draft: typeof noPassword) => draft;

interface PasswordStepProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly submit: string;
  readonly onPassword: (current: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for the password before something that protects the account is changed. */
export const PasswordStep = ({ title, description, submit, onPassword, onClose }: PasswordStepProps) => {
  const form = useDraft({
    initial: noPassword,
    schema: beginTotp,
    inputOf: passwordOf,
    onSubmit: ({ current }) => onPassword(current),
  });
  return (
    <FormDialog title={title} description={description} submit={submit} form={form} onClose={onClose}>
      <CurrentPasswordField value={form.draft.current} onChange={(current) => form.patch({ current })} />
    </FormDialog>
  );
};
