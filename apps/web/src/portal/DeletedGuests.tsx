import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { discardedQuery } from "../api/peopleQueries.ts";
import { Button } from "../ui/Button.tsx";
import { Section } from "../ui/Page.tsx";
import { formatMoment } from "../ui/quantities.ts";

/** What was deleted and can be brought back. Nothing where there is none. */
export const DeletedGuests = () => {
  const discarded = useQuery(discardedQuery).data ?? [];
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries();
  const restore = useMutation({
    mutationFn: (id: string) => api.restoreGuest({ params: { id } }),
    onError: toastError,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.deleteDiscarded({ params: { id } }),
    onError: toastError,
    onSettled,
  });
  if (discarded.length === 0) return null;
  return (
    <Section title="Deleted">
      <ul className="rounded-md border border-line bg-surface">
        {discarded.map(({ id, name, until }) => (
          <li
            key={id}
            className="flex min-h-(--row) flex-wrap items-center gap-x-4 border-b border-line pl-3 pr-1 last:border-0"
          >
            <span className="min-w-0 flex-1 truncate">{name}</span>
            <span className="text-small text-faint">kept until {formatMoment(until)}</span>
            <Button label="Bring back" icon={Undo2} variant="ghost" small onClick={() => restore.mutate(id)} />
            <Button label="Delete for good" variant="ghost" small onClick={() => remove.mutate(id)} />
          </li>
        ))}
      </ul>
    </Section>
  );
};
