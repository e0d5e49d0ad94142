import { newGuest } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { guestQuery, guestsQuery, imagesQuery, kernelsQuery, meQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { toastWarnings } from "../guest/toastWarnings.ts";
import { Button } from "../ui/Button.tsx";
import { CommandLine } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { FieldErrors } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { createCommand } from "./createCommand.ts";
import { DefinitionFields, MemoryField, NameField } from "./DefinitionFields.tsx";
import { ImageField } from "./DisksEditor.tsx";
import { type Draft, newDraft, newGuestOf, suggestName } from "./draft.ts";
import { concerns } from "./fieldErrors.ts";
import { useDraft } from "./useDraft.ts";

/** Fields in sight without the advanced ones. */
const IN_SIGHT = ["name", "memoryMiB", "disks.0.source.image"];

const inputOf = (draft: Draft) => newGuestOf(draft, false);

const NewGuestDialog = ({ onClose }: { onClose: () => void }) => {
  const images = useQuery(imagesQuery);
  const kernels = useQuery(kernelsQuery);
  const guests = useQuery(guestsQuery);
  if (images.isPending || kernels.isPending || guests.isPending) {
    return (
      <Dialog title="New guest" onClose={onClose}>
        <div className="late grid h-40 place-items-center text-faint">
          <Spinner size={20} />
        </div>
      </Dialog>
    );
  }
  return <NewGuestForm onClose={onClose} />;
};

const NewGuestForm = ({ onClose }: { onClose: () => void }) => {
  const images = useQuery(imagesQuery).data ?? [];
  const kernels = useQuery(kernelsQuery).data ?? [];
  const guests = useQuery(guestsQuery).data ?? [];
  const me = useQuery(meQuery).data;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [advanced, setAdvanced] = useState(false);
  const [start, setStart] = useState(true);
  /** The name follows the image until a person types one. */
  const [named, setNamed] = useState(false);

  const taken = new Set(guests.map(({ definition }) => definition.name));
  const usable = images.filter(({ available }) => available);
  const first = usable[0]?.name ?? "";

  const form = useDraft<Draft>({
    initial: newDraft(suggestName(first, taken), first),
    schema: newGuest,
    inputOf,
    onSubmit: async (draft) => {
      const guest = await api.createGuest({ body: newGuestOf(draft, start) });
      queries.setQueryData(guestQuery(guest.definition.name).queryKey, guest);
      void queries.invalidateQueries({ queryKey: guestsQuery.queryKey });
      onClose();
      toastWarnings(guest);
      await navigate(paths.guest(guest.definition.name));
    },
    onRefused: (errors) => {
      const hidden = (path: string) => !IN_SIGHT.some((field) => concerns(path, field));
      if (Object.keys(errors).some(hidden)) setAdvanced(true);
    },
  });
  const { draft, patch } = form;
  const [disk] = draft.disks;

  const chooseImage = (image: string) =>
    patch({
      disks: draft.disks.map((each, index) => (index === 0 ? { ...each, image } : each)),
      ...(!named && { name: suggestName(image, taken) }),
    });

  const missing =
    kernels.length === 0 ? (
      <Notice kind="warning" title="There is no kernel yet">
        <Link {...paths.kernels()} onClick={onClose} className="underline underline-offset-2">
          Register one that the host has
        </Link>{" "}
        before you make a guest.
      </Notice>
    ) : usable.length === 0 ? (
      <Notice kind="warning" title="There is no image yet">
        <Link {...paths.images()} onClick={onClose} className="underline underline-offset-2">
          Build the demo image
        </Link>{" "}
        first; it takes seconds.
      </Notice>
    ) : undefined;

  return (
    <Dialog
      title="New guest"
      onClose={onClose}
      wide
      footer={
        <>
          <label className="mr-auto flex items-center gap-2">
            <input type="checkbox" checked={start} onChange={(event) => setStart(event.target.checked)} />
            Start it at once
          </label>
          <Button label="Cancel" onClick={onClose} />
          <Button
            label={start ? "Create and start" : "Create"}
            variant="primary"
            type="submit"
            form="new-guest"
            busy={form.busy}
          />
        </>
      }
    >
      <form
        id="new-guest"
        ref={form.form}
        noValidate
        onBlur={form.onBlur}
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
        className="flex flex-col gap-4"
      >
        {missing}
        {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
        <FieldErrors value={form.errors}>
          <div className="grid gap-3 sm:grid-cols-[minmax(0,1.3fr)_minmax(0,1.3fr)_minmax(0,1fr)]">
            <NameField
              draft={draft}
              patch={(change) => {
                setNamed(true);
                patch(change);
              }}
            />
            {disk?.kind === "image" ? (
              <ImageField path="disks.0.source.image" images={images} value={disk.image} onChange={chooseImage} />
            ) : (
              <p className="pt-6 text-muted">Disks: see below</p>
            )}
            <MemoryField draft={draft} patch={patch} />
          </div>
          <CommandLine command={createCommand(newGuestOf(draft, start))} />
          <div>
            <button
              type="button"
              aria-expanded={advanced}
              onClick={() => setAdvanced(!advanced)}
              className="flex items-center gap-1 rounded-sm text-muted hover:text-ink"
            >
              <ChevronRight aria-hidden size={14} className={`transition-transform ${advanced ? "rotate-90" : ""}`} />
              Advanced
            </button>
            {advanced && (
              <div className="mt-4">
                <DefinitionFields
                  draft={draft}
                  patch={patch}
                  images={images}
                  kernels={kernels}
                  admin={me?.user.role === "admin"}
                />
              </div>
            )}
          </div>
        </FieldErrors>
      </form>
    </Dialog>
  );
};

export default NewGuestDialog;
