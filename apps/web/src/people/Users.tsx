import { newUser, type Person, userChanges } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ban, Ellipsis, Eye, KeyRound, LogOut, Pencil, Plus, ShieldOff, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { usersQuery } from "../api/peopleQueries.ts";
import { paths } from "../app/paths.ts";
import { FormDialog } from "../definition/FormDialog.tsx";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { SelectField, TextField } from "../ui/Field.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { SkeletonRows, Table, Td, Th } from "../ui/Table.tsx";
import { Tag } from "../ui/Tag.tsx";
import { Age } from "../ui/Time.tsx";
import { LinkDialog, type OneTimeLink } from "./LinkDialog.tsx";
import { QuotaFields } from "./QuotaFields.tsx";
import { type QuotaDraft, quotaDraftOf, quotaOf } from "./quotaDraft.ts";

const COLUMNS = ["w-40", "w-24", "w-20 max-sm:hidden", "max-md:hidden", "w-28 max-sm:hidden", "w-12"] as const;

type Open =
  | { readonly dialog: "new" }
  | { readonly dialog: "edit" | "delete"; readonly user: Person }
  | { readonly dialog: "link"; readonly title: string; readonly link: OneTimeLink };

export const Users = () => {
  const users = useQuery(usersQuery);
  const queries = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const refresh = () => queries.invalidateQueries({ queryKey: usersQuery.queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteUser({ params: { id } }),
    onError: toastError,
    onSettled: refresh,
  });
  const close = () => setOpen(undefined);
  return (
    <Section
      title="Users"
      actions={<Button label="New user" icon={Plus} small onClick={() => setOpen({ dialog: "new" })} />}
    >
      {users.isError && <Notice kind="error">{messageOf(users.error)}</Notice>}
      <Table label="Users">
        <thead>
          <tr>
            <Th className={COLUMNS[0]}>Name</Th>
            <Th className={COLUMNS[1]}>Role</Th>
            <Th className={`${COLUMNS[2]} text-right`}>Guests</Th>
            <Th className={COLUMNS[3]}>Groups</Th>
            <Th className={COLUMNS[4]}>Last seen</Th>
            <Th className={COLUMNS[5]}>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {users.isPending && <SkeletonRows rows={3} columns={COLUMNS} />}
          {users.data?.map((user) => (
            <tr key={user.id} className={user.disabledAt === null ? "" : "text-faint"}>
              <Td className="font-medium" title={user.name}>
                {user.name} {user.disabledAt !== null && <Tag>disabled</Tag>}{" "}
                {user.hasSecondFactor && <Tag>2 factors</Tag>}
              </Td>
              <Td>{user.role}</Td>
              <Td className={`${COLUMNS[2]} text-right tabular-nums`}>{user.guests}</Td>
              <Td className={COLUMNS[3]} title={user.groups.join(", ")}>
                {user.groups.join(", ")}
              </Td>
              <Td className={`${COLUMNS[4]} text-faint`}>
                {user.lastSeenAt === null ? "—" : <Age at={user.lastSeenAt} />}
              </Td>
              <Td className="text-right">
                <UserMenu user={user} onOpen={setOpen} onChanged={refresh} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      {open?.dialog === "new" && (
        <NewUserDialog
          onClose={close}
          onMade={(name, link) => {
            setOpen(
              link === null ? undefined : { dialog: "link", title: `${name} chooses a password by this link`, link },
            );
            void refresh();
          }}
        />
      )}
      {open?.dialog === "edit" && <EditUserDialog user={open.user} onClose={close} onChanged={refresh} />}
      {open?.dialog === "link" && <LinkDialog title={open.title} link={open.link} onClose={close} />}
      {open?.dialog === "delete" && (
        <ConfirmDialog
          title={`Delete ${open.user.name}?`}
          confirm="Delete"
          dangerous
          onConfirm={() => remove.mutate(open.user.id)}
          onClose={close}
        >
          Their sessions, tokens and ssh keys go with the account. Who owns guests cannot be deleted.
        </ConfirmDialog>
      )}
    </Section>
  );
};

interface UserMenuProps {
  readonly user: Person;
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}

const UserMenu = ({ user, onOpen, onChanged }: UserMenuProps) => {
  const navigate = useNavigate();
  const params = { id: user.id };
  const attempt = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast.success(done);
    } catch (error) {
      toastError(error);
    }
    onChanged();
  };
  const passwordLink = async () => {
    try {
      const link = await api.createPasswordLink({ params });
      onOpen({ dialog: "link", title: `${user.name} chooses a new password by this link`, link });
    } catch (error) {
      toastError(error);
    }
  };
  const isOff = user.disabledAt !== null;
  return (
    <Menu
      trigger={<Button label={`Actions for ${user.name}`} icon={Ellipsis} variant="ghost" small showLabel="never" />}
    >
      <MenuItem label="Change…" icon={Pencil} onSelect={() => onOpen({ dialog: "edit", user })} />
      <MenuItem label="View as" icon={Eye} onSelect={() => void navigate(paths.seenBy(user.name))} />
      <MenuLine />
      <MenuItem label="Link for a new password" icon={KeyRound} onSelect={() => void passwordLink()} />
      <MenuItem
        label="Remove second factors"
        icon={ShieldOff}
        blocked={user.hasSecondFactor ? undefined : "There is none."}
        onSelect={() =>
          void attempt(() => api.removeSecondFactorOf({ params }), `${user.name} logs in with the password alone.`)
        }
      />
      <MenuItem
        label="Log out everywhere"
        icon={LogOut}
        onSelect={() => void attempt(() => api.endSessionsOf({ params }), `${user.name} is logged out.`)}
      />
      <MenuLine />
      <MenuItem
        label={isOff ? "Enable" : "Disable"}
        icon={Ban}
        onSelect={() =>
          void attempt(
            () => api.changeUser({ params, body: { disabled: !isOff } }),
            `${user.name} is ${isOff ? "enabled" : "disabled"}.`,
          )
        }
      />
      <MenuItem label="Delete…" icon={Trash2} dangerous onSelect={() => onOpen({ dialog: "delete", user })} />
    </Menu>
  );
};

const RoleField = ({ value, onChange }: { value: string; onChange: (role: string) => void }) => (
  <SelectField path="role" label="Role" value={value} onChange={onChange}>
    <option value="user">User: own and shared guests</option>
    <option value="operator">Operator: all guests</option>
    <option value="admin">Admin: everything</option>
  </SelectField>
);

const nobody = { name: "", role: "user", password: "" };
const newUserOf = ({ name, role, password }: typeof nobody) => ({
  name: name.trim(),
  role,
  ...(password === "" ? {} : { password }),
});

interface NewUserDialogProps {
  readonly onMade: (name: string, link: OneTimeLink | null) => void;
  readonly onClose: () => void;
}

const NewUserDialog = ({ onMade, onClose }: NewUserDialogProps) => {
  const form = useDraft({
    initial: nobody,
    schema: newUser,
    inputOf: newUserOf,
    onSubmit: async (draft) => {
      const { user, link } = await api.createUser({ body: newUser.parse(newUserOf(draft)) });
      onMade(user.name, link);
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog title="New user" submit="Create" form={form} onClose={onClose}>
      <TextField
        path="name"
        label="Name"
        autoCapitalize="none"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
      <RoleField value={draft.role} onChange={(role) => patch({ role })} />
      <TextField
        path="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        hint="Leave it empty for a link by which they choose their own"
        value={draft.password}
        onChange={(password) => patch({ password })}
      />
    </FormDialog>
  );
};

interface EditDraft {
  readonly name: string;
  readonly role: string;
  readonly quota: QuotaDraft;
}
const changesOf = ({ name, role, quota }: EditDraft) => ({ name: name.trim(), role, quota: quotaOf(quota) });

const EditUserDialog = ({ user, onClose, onChanged }: { user: Person; onClose: () => void; onChanged: () => void }) => {
  const initial = useMemo<EditDraft>(
    () => ({ name: user.name, role: user.role, quota: quotaDraftOf(user.quota) }),
    [user],
  );
  const form = useDraft({
    initial,
    schema: userChanges,
    inputOf: changesOf,
    onSubmit: async (draft) => {
      await api.changeUser({ params: { id: user.id }, body: userChanges.parse(changesOf(draft)) });
      onChanged();
      onClose();
    },
  });
  const { draft, patch } = form;
  return (
    <FormDialog title={`Change ${user.name}`} submit="Save" form={form} onClose={onClose}>
      <TextField
        path="name"
        label="Name"
        autoCapitalize="none"
        value={draft.name}
        onChange={(name) => patch({ name })}
      />
      <RoleField value={draft.role} onChange={(role) => patch({ role })} />
      <QuotaFields draft={draft.quota} onChange={(change) => patch({ quota: { ...draft.quota, ...change } })} />
    </FormDialog>
  );
};
