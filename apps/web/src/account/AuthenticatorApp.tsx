import { type AnswerOf, confirmTotp, type Endpoints } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { secondFactorQuery } from "../api/peopleQueries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { QrCode } from "../ui/QrCode.tsx";
import { PasswordStep } from "./PasswordStep.tsx";

type Begun = AnswerOf<Endpoints["beginTotp"]>;

/** From the password over the secret and its first code to the recovery codes. */
type Step =
  | { readonly at: "begin" }
  | { readonly at: "confirm"; readonly begun: Begun }
  | { readonly at: "codes"; readonly codes: readonly string[] }
  | { readonly at: "remove" };

/** What is said where there is none, beside what. */
const OFF = {
  nothing:
    "Your password alone logs you in. An authenticator on your telephone, or a passkey, makes a stolen one worthless.",
  passkeys: "You have none. It would have recovery codes, for when your passkeys are lost.",
};

export const AuthenticatorApp = () => {
  const state = useQuery(secondFactorQuery);
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>();
  const close = () => {
    setStep(undefined);
    void queries.invalidateQueries({ queryKey: secondFactorQuery.queryKey });
  };
  const on = state.data?.authenticator === true;
  return (
    <Section
      title="Authenticator"
      actions={
        state.isSuccess && (
          <Button
            label={on ? "Remove" : "Set up an authenticator"}
            small
            onClick={() => setStep({ at: on ? "remove" : "begin" })}
          />
        )
      }
    >
      {state.isPending && <div className="skeleton h-5 w-72" />}
      {state.isError && <Notice kind="error">{messageOf(state.error)}</Notice>}
      {state.isSuccess && (
        <p className="text-muted">
          {on
            ? `Its codes are a second factor of your logins. ${state.data.recoveryCodes} recovery codes are left.`
            : OFF[state.data.on ? "passkeys" : "nothing"]}
        </p>
      )}
      {step?.at === "begin" && (
        <PasswordStep
          title="Set up an authenticator"
          submit="Go on"
          onClose={close}
          onPassword={async (current) => setStep({ at: "confirm", begun: await api.beginTotp({ body: { current } }) })}
        />
      )}
      {step?.at === "confirm" && (
        <ConfirmStep begun={step.begun} onClose={close} onCodes={(codes) => setStep({ at: "codes", codes })} />
      )}
      {step?.at === "codes" && <RecoveryCodes codes={step.codes} onClose={close} />}
      {step?.at === "remove" && (
        <PasswordStep
          title="Remove the authenticator?"
          description="Its recovery codes go with it."
          submit="Remove it"
          onClose={close}
          onPassword={async (current) => {
            await api.removeSecondFactor({ body: { current } });
            toast.success("Your authenticator and its recovery codes are removed.");
            close();
          }}
        />
      )}
    </Section>
  );
};

const noCode = { code: "" };
const codeOf = (draft: typeof noCode) => draft;

interface ConfirmStepProps {
  readonly begun: Begun;
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onClose: () => void;
}

const ConfirmStep = ({ begun, onCodes, onClose }: ConfirmStepProps) => {
  const form = useDraft({
    initial: noCode,
    schema: confirmTotp,
    inputOf: codeOf,
    onSubmit: async (draft) => onCodes((await api.confirmTotp({ body: draft })).recoveryCodes),
  });
  return (
    <FormDialog
      title="Set up an authenticator"
      description="Let your authenticator see the picture, or type the secret into it. Then give the code that it shows."
      submit="Confirm"
      form={form}
      onClose={onClose}
    >
      <QrCode text={begun.uri} label="The secret as a QR code" />
      <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1 pl-3 pr-1">
        <code className="min-w-0 flex-1 break-all font-mono text-small">{begun.secret}</code>
        <CopyButton text={begun.secret} label="Copy the secret" />
      </div>
      <a href={begun.uri} className="text-small underline decoration-line-strong underline-offset-2">
        Open it in an authenticator on this device
      </a>
      <TextField
        path="code"
        label="Code"
        autoComplete="one-time-code"
        inputMode="numeric"
        value={form.draft.code}
        onChange={(code) => form.patch({ code })}
      />
    </FormDialog>
  );
};

const RecoveryCodes = ({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) => (
  <Dialog
    title="Recovery codes"
    description="Each logs you in once when your authenticator is lost. They are shown only now."
    onClose={onClose}
    footer={<Button label="I have them" variant="primary" onClick={onClose} />}
  >
    <div className="flex items-start gap-2 rounded-md border border-line-strong bg-sunken py-2 pl-3 pr-1">
      <ul className="grid min-w-0 flex-1 grid-cols-2 gap-y-1 font-mono text-small">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyButton text={codes.join("\n")} label="Copy the recovery codes" />
    </div>
  </Dialog>
);
