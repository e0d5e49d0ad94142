import { type Guest, guestChanges, OPERATIONS } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/client.ts";
import { guestQuery, imagesQuery, kernelsQuery, meQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { showAtOnce } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { FieldErrors } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { DefinitionFields, MemoryField, NameField } from "./DefinitionFields.tsx";
import { changesBetween, type Draft, definitionOf, draftOf } from "./draft.ts";
import { useDraft } from "./useDraft.ts";
import { useMeanwhile } from "./useMeanwhile.ts";

export const EditDefinition = ({ guest }: { guest: Guest }) => {
  const { definition } = guest;
  const images = useQuery(imagesQuery).data ?? [];
  const kernels = useQuery(kernelsQuery).data ?? [];
  const me = useQuery(meQuery).data;
  const queries = useQueryClient();
  const navigate = useNavigate();

  const form = useDraft<Draft>({
    initial: draftOf(definition),
    schema: guestChanges,
    inputOf: definitionOf,
    onSubmit: async (draft) => {
      const { base } = meanwhile;
      const body = changesBetween(base.definition, definitionOf(draft));
      const changed = await api
        .changeGuest({ params: { id: guest.id }, body }, { ifRevision: base.revision })
        .catch(async (error: unknown) => {
          // The form takes up what others have changed; the next Save is about that.
          await queries.invalidateQueries({ queryKey: guestQuery(guest.id).queryKey.slice(0, 1) });
          throw error;
        });
      showAtOnce(queries, changed);
      const { name } = changed.definition;
      if (name !== definition.name) {
        // The address follows, before the old name is asked for again and found missing.
        queries.setQueryData(guestQuery(name).queryKey, changed);
        await navigate({ ...paths.guest(name), search: (before) => before, replace: true });
      }
      meanwhile.begin(changed);
    },
  });
  const meanwhile = useMeanwhile(guest, form);
  const changes = Object.keys(changesBetween(meanwhile.base.definition, definitionOf(form.draft)));

  const running = guest.state !== "stopped" && guest.state !== "crashed";
  return (
    <form
      ref={form.form}
      noValidate
      aria-label="Definition"
      onBlur={form.onBlur}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
      className="flex h-full min-h-0 flex-col"
    >
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-4">
        {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
        {meanwhile.both.length > 0 && (
          <Notice
            kind="warning"
            title={`Somebody else changed ${meanwhile.both.join(", ")} too`}
            action={<Button label="Take theirs" small onClick={meanwhile.takeTheirs} />}
          >
            What you typed stands in the form; saving puts it in the place of theirs.
          </Notice>
        )}
        <FieldErrors value={form.errors}>
          <div className="grid gap-3 sm:grid-cols-2">
            <NameField draft={form.draft} patch={form.patch} />
            <MemoryField draft={form.draft} patch={form.patch} />
          </div>
          <DefinitionFields
            draft={form.draft}
            patch={form.patch}
            images={images}
            kernels={kernels}
            admin={me?.user.role === "admin"}
            running={running ? guest : undefined}
          />
        </FieldErrors>
      </div>
      <footer className="flex h-12 shrink-0 items-center gap-2 border-t border-line px-4">
        <p className="min-w-0 flex-1 truncate text-small text-faint" title={OPERATIONS.edit.meaning}>
          {changes.length === 0
            ? "Nothing changed"
            : running
              ? "Comes with the next start"
              : `Changed: ${changes.join(", ")}`}
        </p>
        <Button
          label="Undo"
          small
          blocked={changes.length === 0 ? "Nothing was changed." : undefined}
          onClick={() => meanwhile.begin(guest)}
        />
        <Button
          label="Save"
          variant="primary"
          small
          type="submit"
          busy={form.busy}
          blocked={changes.length === 0 ? "Nothing was changed." : undefined}
        />
      </footer>
    </form>
  );
};
