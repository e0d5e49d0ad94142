import { newKernel } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { foundKernelsQuery, kernelsQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { TextField } from "../ui/Field.tsx";

const initial = { path: "", name: "" };
/** Without a name the server makes one from the version. */
const inputOf = ({ path, name }: typeof initial) => ({
  path: path.trim(),
  ...(name.trim() !== "" && { name: name.trim() }),
});

export const RegisterKernelDialog = ({ onClose }: { onClose: () => void }) => {
  const queries = useQueryClient();
  const form = useDraft({
    initial,
    schema: newKernel,
    inputOf,
    onSubmit: async (draft) => {
      await api.registerKernel({ body: inputOf(draft) });
      void queries.invalidateQueries({ queryKey: kernelsQuery.queryKey });
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title="Register a kernel"
      description="It is asked for its version and what it can do; the file stays where it is."
      submit="Register"
      form={form}
      onClose={onClose}
    >
      <FoundKernels chosen={draft.path} onChoose={(path) => patch({ path })} />
      <TextField
        path="path"
        label="File on the host"
        mono
        placeholder="/usr/bin/linux.uml"
        value={draft.path}
        onChange={(path) => patch({ path })}
      />
      <TextField
        path="name"
        label="Name"
        placeholder="made from its version"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
    </FormDialog>
  );
};

const FoundKernels = ({ chosen, onChoose }: { chosen: string; onChoose: (path: string) => void }) => {
  const found = useQuery(foundKernelsQuery(undefined));
  if (found.isPending) return <div className="skeleton h-16" />;
  if (found.isError) return <p className="text-small text-wrong">{messageOf(found.error)}</p>;
  if (found.data.length === 0) {
    return (
      <p className="text-muted">
        None was found on this host. On Debian:{" "}
        <code className="font-mono text-small">apt install user-mode-linux</code>
      </p>
    );
  }
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-small font-medium text-muted">Found on this host</legend>
      {found.data.map(({ path, version, problem, registered }) => (
        <label
          key={path}
          className="flex min-h-(--row) items-center gap-2.5 rounded-md border border-line px-3 has-checked:border-ink has-disabled:text-faint"
        >
          <input
            type="radio"
            name="found"
            className="accent-(--inverse)"
            disabled={registered || problem !== null}
            checked={chosen === path}
            onChange={() => onChoose(path)}
          />
          <span className="flex min-w-0 flex-1 flex-col">
            <code className="truncate font-mono text-small">{path}</code>
            {problem !== null && <span className="text-small text-wrong">{problem}</span>}
          </span>
          <span>{version}</span>
          {registered && <span className="text-small text-faint">registered</span>}
        </label>
      ))}
    </fieldset>
  );
};
