import { type AnswerOf, type Endpoints, newToken, type Token, tokenScope } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { tokensQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { CommandLine, CopyButton } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { SelectField, TextField } from "../ui/Field.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { formatLogTime, formatMoment } from "../ui/quantities.ts";
import { Tag } from "../ui/Tag.tsx";
import { Age } from "../ui/Time.tsx";
import { LastUsed } from "./LastUsed.tsx";

type CreatedToken = AnswerOf<Endpoints["createToken"]>;

export const Tokens = () => {
  const tokens = useQuery(tokensQuery);
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<CreatedToken>();
  const [doomed, setDoomed] = useState<Token>();
  const refresh = () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteToken({ params: { id } }),
    onError: toastError,
    onSettled: refresh,
  });
  return (
    <ListSection
      title="My API tokens"
      actions={<Button label="New token" icon={Plus} small onClick={() => setMaking(true)} />}
      lead="For scripts and the corral command. A token may do no more than you may, and less if you say so."
      query={tokens}
      empty="You have none."
      row={(token) => (
        <>
          <span className="min-w-0 flex-1 truncate">
            {token.label} {token.scope !== "full" && <Tag>{token.scope}</Tag>}{" "}
            {token.guests !== null && <Tag>{token.guests.join(", ") || "no guest"}</Tag>}
          </span>
          {token.expiresAt !== null && (
            <span className="hidden text-small text-faint md:block" title={formatMoment(token.expiresAt)}>
              {Date.parse(token.expiresAt) < Date.now() ? "expired" : `until ${formatLogTime(token.expiresAt)}`}
            </span>
          )}
          <span className="hidden text-small text-faint sm:block">
            made <Age at={token.createdAt} />
          </span>
          <LastUsed at={token.lastUsedAt} />
          <RowButton label={`Delete ${token.label}`} icon={Trash2} onClick={() => setDoomed(token)} />
        </>
      )}
    >
      {making && (
        <NewTokenDialog
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            void refresh();
          }}
        />
      )}
      {made !== undefined && <SecretDialog token={made} onClose={() => setMade(undefined)} />}
      {doomed !== undefined && (
        <ConfirmDialog
          title={`Delete token ${doomed.label}?`}
          confirm="Delete"
          dangerous
          onConfirm={() => remove.mutate(doomed.id)}
          onClose={() => setDoomed(undefined)}
        >
          Whatever uses it is refused from now on.
        </ConfirmDialog>
      )}
    </ListSection>
  );
};

const DAY_MS = 86_400_000;
const LIFETIMES: Readonly<Record<string, string>> = {
  "": "Never",
  "7": "In a week",
  "30": "In 30 days",
  "365": "In a year",
};

const initial = { label: "", scope: "full", days: "30", guests: "" };
const inputOf = ({ label, scope, days, guests }: typeof initial) => {
  const names = guests.split(/[\s,]+/).filter((name) => name !== "");
  return {
    label: label.trim(),
    scope: tokenScope.parse(scope),
    guests: names.length === 0 ? null : names,
    expiresAt: days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
  };
};

const NewTokenDialog = ({ onMade, onClose }: { onMade: (token: CreatedToken) => void; onClose: () => void }) => {
  const form = useDraft({
    initial,
    schema: newToken,
    inputOf,
    onSubmit: async (draft) => onMade(await api.createToken({ body: inputOf(draft) })),
  });
  return (
    <FormDialog title="New token" submit="Create" form={form} onClose={onClose}>
      <TextField
        path="label"
        label="What it is for"
        placeholder="backup script on nas"
        value={form.draft.label}
        onChange={(label) => form.patch({ label })}
      />
      <SelectField
        path="scope"
        label="What it may do"
        value={form.draft.scope}
        onChange={(scope) => form.patch({ scope })}
      >
        <option value="full">Whatever I may do</option>
        <option value="operate">Look, start and stop guests, type into consoles</option>
        <option value="read">Look, and watch consoles</option>
      </SelectField>
      <TextField
        path="guests"
        label="Only for these guests"
        hint="Names, with blanks between them; all, if you say nothing"
        value={form.draft.guests}
        onChange={(guests) => form.patch({ guests })}
      />
      <SelectField path="expiresAt" label="Expires" value={form.draft.days} onChange={(days) => form.patch({ days })}>
        {Object.entries(LIFETIMES).map(([days, words]) => (
          <option key={days} value={days}>
            {words}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
};

const SecretDialog = ({ token, onClose }: { token: CreatedToken; onClose: () => void }) => (
  <Dialog
    title={`Token ${token.label}`}
    description="Copy it now: it is shown only this once, and kept only as a hash."
    onClose={onClose}
    footer={<Button label="I have it" variant="primary" onClick={onClose} />}
  >
    <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1 pl-3 pr-1">
      <code className="min-w-0 flex-1 break-all font-mono text-small">{token.secret}</code>
      <CopyButton text={token.secret} label="Copy the token" />
    </div>
    <p className="mb-1.5 mt-4 text-small text-muted">With the corral command, on any machine:</p>
    <CommandLine command={`CORRAL_URL=${window.location.origin} CORRAL_TOKEN=… corral guests`} />
  </Dialog>
);
