import { guestFromTemplate, type Template } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/client.ts";
import { guestsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { toastWarnings } from "../guest/toastWarnings.ts";
import { SelectField, TextField } from "../ui/Field.tsx";
import { formatMebibytes } from "../ui/quantities.ts";

interface Draft {
  readonly template: string;
  readonly name: string;
  readonly size: string;
}
const guestOf = ({ name, size }: Draft) => ({ name: name.trim(), size });

/** A name, a size, and a shell two seconds later. */
export const FromTemplateDialog = ({ templates, onClose }: { templates: readonly Template[]; onClose: () => void }) => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [first] = templates;
  const form = useDraft<Draft>({
    initial: { template: first?.name ?? "", name: "", size: first?.sizes[0]?.name ?? "" },
    schema: guestFromTemplate,
    inputOf: guestOf,
    onSubmit: async (draft) => {
      const guest = await api.createFromTemplate({ params: { id: draft.template }, body: guestOf(draft) });
      void queries.invalidateQueries({ queryKey: guestsQuery.queryKey.slice(0, 1) });
      onClose();
      toastWarnings(guest);
      await navigate(paths.guest(guest.definition.name));
    },
  });
  const { draft, patch } = form;
  const template = templates.find(({ name }) => name === draft.template);
  const choose = (name: string) => {
    const sizes = templates.find((one) => one.name === name)?.sizes ?? [];
    patch({ template: name, size: sizes[0]?.name ?? "" });
  };
  return (
    <FormDialog title="New guest" submit="Create and start" form={form} onClose={onClose}>
      <TextField
        path="name"
        label="Name"
        placeholder="web1"
        autoCapitalize="none"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
      <SelectField
        path="template"
        label="Template"
        hint={template?.description || undefined}
        value={draft.template}
        onChange={choose}
      >
        {templates.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <SelectField path="size" label="Size" value={draft.size} onChange={(size) => patch({ size })}>
        {template?.sizes.map(({ name, memoryMiB, diskMiB }) => (
          <option key={name} value={name}>
            {name}: {formatMebibytes(memoryMiB)} of memory
            {diskMiB > 0 ? `, ${formatMebibytes(diskMiB)} more disk` : ""}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
};
