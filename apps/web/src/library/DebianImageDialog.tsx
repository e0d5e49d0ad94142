import { DEBIAN_SUITES, newDebianImage } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { tasksQuery } from "../api/queries.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { SelectField, TextAreaField, TextField } from "../ui/Field.tsx";

const initial = {
  name: "debian",
  suite: "bookworm" as (typeof DEBIAN_SUITES)[number],
  packages: "",
  hostname: "debian",
  sizeMiB: "2048",
  rootPassword: "",
  sshKey: "",
};

const inputOf = (draft: typeof initial) => ({
  ...draft,
  name: draft.name.trim(),
  packages: draft.packages.split(/[\s,]+/).filter(Boolean),
  sizeMiB: draft.sizeMiB.trim() === "" ? Number.NaN : Number(draft.sizeMiB),
  rootPassword: draft.rootPassword === "" ? null : draft.rootPassword,
  sshKey: draft.sshKey.trim() === "" ? null : draft.sshKey.trim(),
});

/** `debian`, or with the first number that makes it free. */
const freeName = (taken: readonly string[]): string => {
  let number = 1;
  while (taken.includes(number === 1 ? "debian" : `debian-${number}`)) number++;
  return number === 1 ? "debian" : `debian-${number}`;
};

export const DebianImageDialog = ({ taken, onClose }: { taken: readonly string[]; onClose: () => void }) => {
  const queries = useQueryClient();
  const form = useDraft({
    initial: { ...initial, name: freeName(taken) },
    schema: newDebianImage,
    inputOf,
    onSubmit: async (draft) => {
      await api.buildDebianImage({ body: inputOf(draft) });
      void queries.invalidateQueries({ queryKey: tasksQuery.queryKey });
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog
      title="Build a Debian image"
      description="From the mirror that the host's apt uses. It goes on when you close the page."
      submit="Build"
      form={form}
      onClose={onClose}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField path="name" label="Name" value={draft.name} onChange={(name) => patch({ name })} />
        <SelectField
          path="suite"
          label="Suite"
          value={draft.suite}
          onChange={(suite) => patch({ suite: DEBIAN_SUITES.find((each) => each === suite) ?? "bookworm" })}
        >
          {DEBIAN_SUITES.map((suite) => (
            <option key={suite}>{suite}</option>
          ))}
        </SelectField>
        <TextField
          path="hostname"
          label="Host name"
          value={draft.hostname}
          onChange={(hostname) => patch({ hostname })}
        />
        <TextField
          path="sizeMiB"
          label="Size"
          unit="MiB"
          inputMode="numeric"
          hint="Only what is written takes space"
          value={draft.sizeMiB}
          onChange={(sizeMiB) => patch({ sizeMiB })}
        />
      </div>
      <TextField
        path="packages"
        label="More packages"
        mono
        placeholder="openssh-server vim"
        hint="Separated by blanks"
        value={draft.packages}
        onChange={(packages) => patch({ packages })}
      />
      <TextField
        path="rootPassword"
        label="Password of root"
        autoComplete="new-password"
        hint="Empty: root logs in on the console without one. Everyone who sees the image can read it."
        value={draft.rootPassword}
        onChange={(rootPassword) => patch({ rootPassword })}
      />
      <TextAreaField
        path="sshKey"
        label="Public ssh key of root"
        mono
        rows={2}
        placeholder="ssh-ed25519 AAAA… you@laptop"
        value={draft.sshKey}
        onChange={(sshKey) => patch({ sshKey })}
      />
    </FormDialog>
  );
};
