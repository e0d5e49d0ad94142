import { type AnswerOf, type Endpoints, newWatchLink, type WatchLink } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Unlink } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { watchLinksQuery } from "../api/queries.ts";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { FieldErrors, SelectField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { counted, formatDuration } from "../ui/quantities.ts";
import { useNow } from "../ui/Time.tsx";

type CreatedLink = AnswerOf<Endpoints["createWatchLink"]>;

/** How many watch by a link is told by no event that this page hears. */
const VIEWERS_EVERY_MS = 5_000;
const HOUR_S = 3600;
const LIFETIMES: Readonly<Record<string, number>> = {
  "an hour": HOUR_S,
  "a day": 24 * HOUR_S,
  "a week": 7 * 24 * HOUR_S,
  "30 days": 30 * 24 * HOUR_S,
};

interface WatchLinksDialogProps {
  readonly guest: string;
  readonly console: string;
  readonly onClose: () => void;
}

/** Gives out links by which anybody watches this console, and takes them back. */
export const WatchLinksDialog = ({ guest, console, onClose }: WatchLinksDialogProps) => {
  const links = useQuery({ ...watchLinksQuery(guest), refetchInterval: VIEWERS_EVERY_MS });
  const queries = useQueryClient();
  const [made, setMade] = useState<CreatedLink>();
  const refresh = () => queries.invalidateQueries({ queryKey: watchLinksQuery(guest).queryKey });
  const remove = useMutation({
    mutationFn: (link: string) => api.deleteWatchLink({ params: { id: guest, link } }),
    onSuccess: (_, link) => made?.id === link && setMade(undefined),
    onError: toastError,
    onSettled: refresh,
  });
  return (
    <Dialog
      title="Watch-only links"
      description={`Whoever has one watches ${console} without a login until it expires or you take it back. Nobody types by a link.`}
      onClose={onClose}
      wide
    >
      <NewLink
        guest={guest}
        console={console}
        onMade={(link) => {
          setMade(link);
          void refresh();
        }}
      />
      {made !== undefined && <Secret link={made} />}
      <h3 className="mb-1.5 mt-5 text-small font-medium text-muted">Given out</h3>
      {links.isPending && <div className="skeleton h-9" />}
      {links.isError && <Notice kind="error">{messageOf(links.error)}</Notice>}
      {links.data?.length === 0 && <p className="text-faint">None.</p>}
      <ul aria-label="Links given out">
        {links.data?.map((link) => (
          <LinkRow key={link.id} link={link} busy={remove.isPending} onRemove={() => remove.mutate(link.id)} />
        ))}
      </ul>
    </Dialog>
  );
};

const initial = { label: "", lifetime: String(24 * HOUR_S) };
const inputOf = ({ label, lifetime }: typeof initial) => ({ label: label.trim(), lifetimeS: Number(lifetime) });

const NewLink = ({
  guest,
  console,
  onMade,
}: Omit<WatchLinksDialogProps, "onClose"> & { onMade: (link: CreatedLink) => void }) => {
  const form = useDraft({
    initial,
    schema: newWatchLink,
    inputOf,
    onSubmit: async (draft) => {
      onMade(await api.createWatchLink({ params: { id: guest, name: console }, body: inputOf(draft) }));
      form.reset(initial);
    },
  });
  return (
    <form
      ref={form.form}
      noValidate
      onBlur={form.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
      <FieldErrors value={form.errors}>
        <div className="flex flex-wrap items-start gap-2">
          <TextField
            path="label"
            label="For whom"
            placeholder="support call with Eve"
            value={form.draft.label}
            onChange={(label) => form.patch({ label })}
            className="min-w-48 flex-1"
          />
          <SelectField
            path="lifetimeS"
            label="Ends after"
            value={form.draft.lifetime}
            onChange={(lifetime) => form.patch({ lifetime })}
            className="w-32"
          >
            {Object.entries(LIFETIMES).map(([words, seconds]) => (
              <option key={words} value={seconds}>
                {words}
              </option>
            ))}
          </SelectField>
          <Button label="Make a link" variant="primary" type="submit" busy={form.busy} className="mt-5" />
        </div>
      </FieldErrors>
    </form>
  );
};

const Secret = ({ link }: { link: CreatedLink }) => (
  <div className="mt-3">
    <p className="mb-1 text-small text-muted">Copy it now: it is shown only this once.</p>
    <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1 pl-3 pr-1">
      <code data-link className="min-w-0 flex-1 break-all font-mono text-small">
        {link.url}
      </code>
      <CopyButton text={link.url} label="Copy the link" />
    </div>
  </div>
);

const LinkRow = ({ link, busy, onRemove }: { link: WatchLink; busy: boolean; onRemove: () => void }) => {
  const left = Date.parse(link.expiresAt) - useNow();
  return (
    <li className="flex min-h-(--row) items-center gap-3 border-b border-line last:border-0">
      <span className="min-w-0 flex-1 truncate">
        {link.label === "" ? <span className="text-faint">no name</span> : link.label}
        <span className="text-faint">
          {" "}
          · {link.console} · by {link.createdBy}
        </span>
      </span>
      {link.viewers > 0 && <span className="text-small">{counted(link.viewers, "viewer")} now</span>}
      <span className="text-small text-faint">{left > 0 ? `${formatDuration(left)} left` : "has ended"}</span>
      <Button
        label={`Take back ${link.label || "the link"}`}
        icon={Unlink}
        variant="ghost"
        small
        showLabel="never"
        busy={busy}
        onClick={onRemove}
      />
    </li>
  );
};
