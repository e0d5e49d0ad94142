import { newTemplate, type Template, templateChanges } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { templatesQuery } from "../api/peopleQueries.ts";
import { imagesQuery, kernelsQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { SelectField, TextField } from "../ui/Field.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { formatMebibytes } from "../ui/quantities.ts";

export const Templates = () => {
  const templates = useQuery(templatesQuery);
  const queries = useQueryClient();
  const [edited, setEdited] = useState<Template | "new">();
  const refresh = () => queries.invalidateQueries({ queryKey: templatesQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteTemplate({ params: { id } }),
    onError: toastError,
    onSettled: refresh,
  });
  return (
    <ListSection
      title="Templates"
      actions={<Button label="New template" icon={Plus} small onClick={() => setEdited("new")} />}
      query={templates}
      empty="There is none. From a template users make guests with a name and a size alone."
      row={(template) => (
        <>
          <span className="font-medium">{template.name}</span>
          <span className="min-w-0 flex-1 truncate text-muted" title={template.description}>
            {template.description || template.image}
          </span>
          <span className="hidden truncate text-small text-faint sm:block">
            {template.sizes.map(({ name, memoryMiB }) => `${name} ${formatMebibytes(memoryMiB)}`).join(", ")}
          </span>
          <RowButton label={`Change ${template.name}`} icon={Pencil} onClick={() => setEdited(template)} />
          <RowButton label={`Delete ${template.name}`} icon={Trash2} onClick={() => remove.mutate(template.id)} />
        </>
      )}
    >
      {edited !== undefined && (
        <TemplateDialog
          template={edited === "new" ? null : edited}
          onClose={() => {
            setEdited(undefined);
            void refresh();
          }}
        />
      )}
    </ListSection>
  );
};

interface TemplateDraft {
  readonly name: string;
  readonly description: string;
  readonly image: string;
  readonly kernel: string;
  /** A size for each word: name:memory or name:memory:disk, in MiB. */
  readonly sizes: string;
}

const templateOf = ({ name, description, image, kernel, sizes }: TemplateDraft) => ({
  name: name.trim(),
  description,
  image,
  kernel: kernel === "" ? null : kernel,
  sizes: sizes
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .map((word) => {
      const [size, memoryMiB, diskMiB = "0"] = word.split(":");
      return { name: size, memoryMiB: Number(memoryMiB), diskMiB: Number(diskMiB) };
    }),
});

const allChanges = templateChanges.required();

const TemplateDialog = ({ template, onClose }: { template: Template | null; onClose: () => void }) => {
  const images = useQuery(imagesQuery).data ?? [];
  const kernels = useQuery(kernelsQuery).data ?? [];
  const initial = useMemo<TemplateDraft>(
    () => ({
      name: template?.name ?? "",
      description: template?.description ?? "",
      image: template?.image ?? "",
      kernel: template?.kernel ?? "",
      sizes:
        template?.sizes.map((size) => [size.name, size.memoryMiB, size.diskMiB].join(":")).join(" ") ?? "small:128",
    }),
    [template],
  );
  const form = useDraft({
    initial,
    schema: template === null ? newTemplate : allChanges,
    inputOf: templateOf,
    onSubmit: async (draft) => {
      const wish = templateOf(draft);
      if (template === null) await api.createTemplate({ body: newTemplate.parse(wish) });
      else await api.changeTemplate({ params: { id: template.id }, body: allChanges.parse(wish) });
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title={template === null ? "New template" : `Change ${template.name}`}
      submit="Save"
      form={form}
      onClose={onClose}
    >
      <TextField
        path="name"
        label="Name"
        autoCapitalize="none"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
      <TextField
        path="description"
        label="Description"
        value={draft.description}
        onChange={(description) => patch({ description })}
      />
      <SelectField path="image" label="Image" value={draft.image} onChange={(image) => patch({ image })}>
        <option value="">Choose one</option>
        {images.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <SelectField path="kernel" label="Kernel" value={draft.kernel} onChange={(kernel) => patch({ kernel })}>
        <option value="">The newest</option>
        {kernels.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <TextField
        path="sizes"
        label="Sizes"
        hint="name:memory or name:memory:second disk, in MiB, such as small:64 large:256:1024"
        value={draft.sizes}
        onChange={(sizes) => patch({ sizes })}
      />
    </FormDialog>
  );
};
