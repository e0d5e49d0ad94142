import { newFileImage } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { tasksQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { TextField } from "../ui/Field.tsx";

const initial = { name: "", path: "" };
const inputOf = ({ name, path }: typeof initial) => ({ name: name.trim(), path: path.trim() });

export const FileImageDialog = ({ onClose }: { onClose: () => void }) => {
  const queries = useQueryClient();
  const form = useDraft({
    initial,
    schema: newFileImage,
    inputOf,
    onSubmit: async (draft) => {
      await api.registerImage({ body: inputOf(draft) });
      void queries.invalidateQueries({ queryKey: tasksQuery.queryKey });
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title="Register a disk image"
      description="A raw file of the host is copied in and checked; the file itself stays as it is."
      submit="Register"
      form={form}
      onClose={onClose}
    >
      <TextField
        path="path"
        label="File on the host"
        mono
        placeholder="/srv/images/disk.img"
        value={draft.path}
        onChange={(path) => patch({ path })}
      />
      <TextField path="name" label="Name" value={draft.name} onChange={(name) => patch({ name })} />
    </FormDialog>
  );
};
