import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { sessionsQuery } from "../api/peopleQueries.ts";
import { Button } from "../ui/Button.tsx";
import { ListSection } from "../ui/ListSection.tsx";
import { Tag } from "../ui/Tag.tsx";
import { Age } from "../ui/Time.tsx";

export const Sessions = () => {
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  const end = useMutation({
    mutationFn: (id: string) => api.endSession({ params: { id } }),
    onError: toastError,
    onSettled,
  });
  const endOthers = useMutation({ mutationFn: () => api.endOtherSessions({}), onError: toastError, onSettled });
  const others = sessions.data?.some(({ current }) => !current) ?? false;
  return (
    <ListSection
      title="Where I am logged in"
      actions={
        <Button
          label="Log out everywhere else"
          small
          blocked={others ? undefined : "You are logged in nowhere else."}
          onClick={() => endOthers.mutate()}
        />
      }
      query={sessions}
      empty="Nowhere by a browser."
      row={(session) => (
        <>
          <span className="min-w-0 flex-1 truncate">
            {session.address} {session.current && <Tag>this browser</Tag>}
          </span>
          <span className="hidden text-small text-faint sm:block">
            since <Age at={session.createdAt} />
          </span>
          <span className="text-small text-faint">
            seen <Age at={session.lastSeenAt} />
          </span>
          <Button
            label="Log out"
            variant="ghost"
            small
            blocked={session.current ? "This is the browser you are using." : undefined}
            onClick={() => end.mutate(session.id)}
          />
        </>
      )}
    />
  );
};
