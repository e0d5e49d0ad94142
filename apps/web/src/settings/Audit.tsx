import { auditChanges, newWebhook, type WebhookState } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { auditQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { CommandLine } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { CheckField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { Age } from "../ui/Time.tsx";

/** How long events are kept and where they are sent to: for admins. */
export const Audit = () => {
  const audit = useQuery(auditQuery);
  const queries = useQueryClient();
  const [open, setOpen] = useState<"retention" | "webhook">();
  const [secret, setSecret] = useState<string>();
  const refresh = () => queries.invalidateQueries({ queryKey: auditQuery.queryKey });
  const close = () => {
    setOpen(undefined);
    void refresh();
  };
  const remove = useMutation({ mutationFn: () => api.deleteWebhook({}), onError: toastError, onSettled: refresh });
  if (audit.data === undefined) {
    return (
      <Section title="Audit">
        {audit.isError ? <Notice kind="error">{messageOf(audit.error)}</Notice> : <div className="skeleton h-9" />}
      </Section>
    );
  }
  const { retentionDays, webhook } = audit.data;
  return (
    <Section title="Audit">
      <div className="flex flex-wrap items-center gap-3">
        <p className="text-muted">Events are kept for {retentionDays} days.</p>
        <Button label="Change" small onClick={() => setOpen("retention")} />
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <p className="min-w-0 text-muted wrap-anywhere">
          {webhook === null ? "Events are sent nowhere." : `Events are sent to ${webhook.url}.`}
        </p>
        <Button
          label={webhook === null ? "Set a webhook" : "Change the webhook"}
          small
          onClick={() => setOpen("webhook")}
        />
        {webhook !== null && <Button label="Remove" small onClick={() => remove.mutate()} />}
      </div>
      {webhook !== null && <Deliveries webhook={webhook} />}
      {open === "retention" && <RetentionDialog days={retentionDays} onClose={close} />}
      {open === "webhook" && (
        <WebhookDialog
          onClose={close}
          onMade={(made) => {
            close();
            setSecret(made);
          }}
        />
      )}
      {secret !== undefined && (
        <Dialog title="The webhook's secret" onClose={() => setSecret(undefined)}>
          <p className="mb-3">
            Deliveries are signed with it. It is shown this once: give it to whoever receives them.
          </p>
          <CommandLine command={secret} />
        </Dialog>
      )}
    </Section>
  );
};

const Deliveries = ({ webhook: { waiting, skipped, lastSuccessAt, failure } }: { webhook: WebhookState }) => (
  <div className="mt-2">
    <p className="text-small text-faint">
      {waiting} waiting{skipped > 0 && `, ${skipped} given up`}
      {lastSuccessAt !== null && (
        <>
          , last taken <Age at={lastSuccessAt} />
        </>
      )}
    </p>
    {failure !== null && (
      <Notice kind="error">
        The last attempt failed: {failure.message}. It was number {failure.attempts}; more follow by themselves.
      </Notice>
    )}
  </div>
);

const RetentionDialog = ({ days, onClose }: { days: number; onClose: () => void }) => {
  const inputOf = ({ retentionDays }: { retentionDays: string }) => ({ retentionDays: Number(retentionDays) });
  const form = useDraft({
    initial: { retentionDays: String(days) },
    schema: auditChanges,
    inputOf,
    onSubmit: async (draft) => {
      await api.changeAudit({ body: inputOf(draft) });
      onClose();
    },
  });
  return (
    <FormDialog title="How long events are kept" submit="Save" form={form} onClose={onClose}>
      <TextField
        path="retentionDays"
        label="Keep events for"
        unit="days"
        inputMode="numeric"
        hint="Older ones are deleted for good."
        value={form.draft.retentionDays}
        onChange={(retentionDays) => form.patch({ retentionDays })}
      />
    </FormDialog>
  );
};

const WebhookDialog = ({ onMade, onClose }: { onMade: (secret: string) => void; onClose: () => void }) => {
  const form = useDraft({
    initial: { url: "", internal: false },
    schema: newWebhook,
    inputOf: (draft) => draft,
    onSubmit: async (body) => onMade((await api.setWebhook({ body })).secret),
  });
  return (
    <FormDialog title="Webhook" submit="Set" form={form} onClose={onClose}>
      <TextField
        path="url"
        label="Address"
        mono
        placeholder="https://log.example/corral"
        hint="Every event is sent there from now on, signed."
        value={form.draft.url}
        onChange={(url) => form.patch({ url })}
      />
      <CheckField
        label="It is a machine of this network"
        hint="Otherwise only https addresses of the web are taken, and names that lead into this network are refused."
        checked={form.draft.internal}
        onChange={(internal) => form.patch({ internal })}
      />
    </FormDialog>
  );
};
