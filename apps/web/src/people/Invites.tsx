import { role } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { invitesQuery } from "../api/peopleQueries.ts";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuItem } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";
import { formatMoment } from "../ui/quantities.ts";
import { LinkDialog, type OneTimeLink } from "./LinkDialog.tsx";

export const Invites = () => {
  const invites = useQuery(invitesQuery);
  const queries = useQueryClient();
  const [link, setLink] = useState<OneTimeLink>();
  const onSettled = () => queries.invalidateQueries({ queryKey: invitesQuery.queryKey });
  const invite = useMutation({
    mutationFn: (as: (typeof role.options)[number]) => api.createInvite({ body: { role: as } }),
    onSuccess: setLink,
    onError: toastError,
    onSettled,
  });
  const takeBack = useMutation({
    mutationFn: (id: string) => api.deleteInvite({ params: { id } }),
    onError: toastError,
    onSettled,
  });
  return (
    <Section
      title="Invitations"
      actions={
        <Menu trigger={<Button label="Invite" icon={UserPlus} small />}>
          {role.options.map((as) => (
            <MenuItem key={as} label={`As ${as}`} onSelect={() => invite.mutate(as)} />
          ))}
        </Menu>
      }
    >
      {invites.isPending && <div className="skeleton h-5 w-60" />}
      {invites.isError && <Notice kind="error">{messageOf(invites.error)}</Notice>}
      {invites.data?.length === 0 && (
        <p className="text-muted">None is open. An invitation is a link by which somebody makes an account, once.</p>
      )}
      {invites.data !== undefined && invites.data.length > 0 && (
        <ul className="rounded-md border border-line bg-surface">
          {invites.data.map((one) => (
            <li key={one.id} className="flex h-(--row) items-center gap-4 border-b border-line pl-3 pr-1 last:border-0">
              <span className="min-w-0 flex-1 truncate">
                A new {one.role}, invited by {one.createdBy}
              </span>
              <span className="hidden text-small text-faint sm:block">until {formatMoment(one.expiresAt)}</span>
              <Button
                label="Take it back"
                icon={Trash2}
                variant="ghost"
                small
                showLabel="never"
                onClick={() => takeBack.mutate(one.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {link !== undefined && <LinkDialog title="Invitation" link={link} onClose={() => setLink(undefined)} />}
    </Section>
  );
};
