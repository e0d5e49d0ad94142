import { useQuery } from "@tanstack/react-query";
import { messageOf } from "../api/errors.ts";
import { typedQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { formatLogTime } from "../ui/quantities.ts";
import { visibleKeys } from "./visibleKeys.ts";

/** What was typed into a guest's consoles while that was recorded, newest last. */
export const TypedDialog = ({ guest, onClose }: { guest: string; onClose: () => void }) => {
  const typed = useQuery(typedQuery(guest));
  return (
    <Dialog
      title="What was typed"
      description="Recorded only while that was switched on. The oldest goes when there is too much."
      onClose={onClose}
      wide
      footer={<Button label="Read again" busy={typed.isFetching} onClick={() => typed.refetch()} />}
    >
      {typed.isPending && <div className="skeleton h-9" />}
      {typed.isError && <Notice kind="error">{messageOf(typed.error)}</Notice>}
      {typed.data?.length === 0 && <p className="text-faint">Nothing was recorded.</p>}
      {typed.data !== undefined && typed.data.length > 0 && (
        <ol className="max-h-100 overflow-auto rounded-md bg-sunken p-2 text-small">
          {typed.data.map(({ at, console, user, from, offset, text }) => (
            <li
              key={`${at} ${console} ${offset} ${text}`}
              className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-3 py-0.5 sm:grid-cols-[9rem_11rem_minmax(0,1fr)]"
            >
              <time dateTime={at} className="text-faint">
                {formatLogTime(at)}
              </time>
              <span className="truncate text-muted" title={`${user} from ${from}`}>
                {user} · {console}
              </span>
              <code className="col-span-2 wrap-anywhere font-mono sm:col-span-1">{visibleKeys(text)}</code>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
};
