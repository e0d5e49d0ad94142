import type { ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { FieldErrors } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import type { DraftForm } from "./useDraft.ts";

interface FormDialogProps<D> {
  readonly title: string;
  readonly description?: ReactNode;
  readonly submit: string;
  readonly dangerous?: boolean;
  readonly form: DraftForm<D>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog around a form: errors inside, one button that sends it. */
export const FormDialog = <D extends object>({
  title,
  description,
  submit,
  dangerous = false,
  form,
  onClose,
  children,
}: FormDialogProps<D>) => (
  <Dialog
    title={title}
    description={description}
    onClose={onClose}
    footer={
      <>
        <Button label="Cancel" onClick={onClose} />
        <Button
          label={submit}
          variant={dangerous ? "danger" : "primary"}
          type="submit"
          form="form-dialog"
          busy={form.busy}
        />
      </>
    }
  >
    <form
      id="form-dialog"
      ref={form.form}
      noValidate
      onBlur={form.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        // A dialog that a form has opened is inside that form to React, wherever the page shows it.
        event.stopPropagation();
        void form.submit();
      }}
      className="flex flex-col gap-3"
    >
      {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
      <FieldErrors value={form.errors}>{children}</FieldErrors>
    </form>
  </Dialog>
);
