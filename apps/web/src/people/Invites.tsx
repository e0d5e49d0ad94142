import { role } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { invitesQuery } from "../api/peopleQueries.ts";
import { Button } from "../ui/Button.tsx";
import { ListSection, RowButton } from "../ui/ListSection.tsx";
import { Menu, MenuItem } from "../ui/Menu.tsx";
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
    <ListSection
      title="Invitations"
      actions={
        <Menu trigger={<Button label="Invite" icon={UserPlus} small />}>
          {role.options.map((as) => (
            <MenuItem key={as} label={`As ${as}`} onSelect={() => invite.mutate(as)} />
          ))}
        </Menu>
      }
      query={invites}
      empty="None is open. An invitation is a link by which somebody makes an account, once."
      row={(one) => (
        <>
          <span className="min-w-0 flex-1 truncate">
            A new {one.role}, invited by {one.createdBy}
          </span>
          <span className="hidden text-small text-faint sm:block">until {formatMoment(one.expiresAt)}</span>
          <RowButton label="Take it back" icon={Trash2} onClick={() => takeBack.mutate(one.id)} />
        </>
      )}
    >
      {link !== undefined && <LinkDialog title="Invitation" link={link} onClose={() => setLink(undefined)} />}
    </ListSection>
  );
};
