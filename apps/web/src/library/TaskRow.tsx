import type { Task } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, ChevronRight, CircleAlert, CircleSlash } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { meQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { formatDuration } from "../ui/quantities.ts";
import { Spinner } from "../ui/Spinner.tsx";
import { Age, Uptime } from "../ui/Time.tsx";
import { TaskOutput } from "./TaskOutput.tsx";

const ICONS = {
  running: (
    <span className="text-moving">
      <Spinner size={15} />
    </span>
  ),
  done: <Check size={15} className="text-on" />,
  failed: <CircleAlert size={15} className="text-wrong" />,
  cancelled: <CircleSlash size={15} className="text-off" />,
} as const;

/** One task: what it does, how far it is, and what it printed. */
export const TaskRow = ({ task, unfolded = false }: { task: Task; unfolded?: boolean }) => {
  const [shown, setShown] = useState(unfolded);
  const queries = useQueryClient();
  const admin = useQuery(meQuery).data?.user.role === "admin";
  const cancel = useMutation({
    mutationFn: () => api.cancelTask({ params: { id: task.id } }),
    onError: toastError,
    onSettled: () => queries.invalidateQueries({ queryKey: tasksQuery.queryKey }),
  });
  const running = task.state === "running";
  return (
    <li className="border-b border-line">
      <div className="flex min-h-(--row) items-center gap-3 px-4 py-1 sm:px-5">
        <span aria-hidden className="grid w-4 shrink-0 place-items-center">
          {ICONS[task.state]}
        </span>
        <button
          type="button"
          aria-expanded={shown}
          onClick={() => setShown(!shown)}
          className="flex min-w-0 flex-1 items-center gap-2 rounded-sm text-left"
        >
          <ChevronRight
            aria-hidden
            size={14}
            className={`shrink-0 text-faint transition-transform ${shown ? "rotate-90" : ""}`}
          />
          <span className="min-w-0 shrink truncate">{task.title}</span>
          <span className="sr-only">{task.state}</span>
          <span
            className={`min-w-0 flex-1 truncate text-small ${task.state === "failed" ? "text-wrong" : "text-faint"}`}
          >
            {task.error ?? (running ? task.step : task.state === "cancelled" ? "cancelled" : "")}
          </span>
        </button>
        {running && <Progress value={task.progress} label={task.title} />}
        <span className="hidden w-16 shrink-0 text-right text-faint sm:block">
          {task.endedAt === null ? (
            <Uptime since={task.createdAt} />
          ) : (
            <span title="How long it took">
              {formatDuration(Date.parse(task.endedAt) - Date.parse(task.createdAt))}
            </span>
          )}
        </span>
        <span className="hidden w-16 shrink-0 text-right text-faint md:block">
          <Age at={task.endedAt ?? task.createdAt} />
        </span>
        <span className="flex w-16 shrink-0 justify-end">
          {running && (
            <Button
              label="Cancel"
              small
              busy={cancel.isPending}
              blocked={admin ? undefined : "Only an admin may cancel it."}
              onClick={() => cancel.mutate()}
            />
          )}
        </span>
      </div>
      {shown && <TaskOutput task={task} />}
    </li>
  );
};

/** `value` from 0 to 1; null: nobody knows, and the bar says only that something goes on. */
const Progress = ({ value, label }: { value: number | null; label: string }) => (
  <div className="flex shrink-0 items-center gap-2">
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(value * 100)}
      className="h-1 w-24 overflow-hidden max-sm:hidden rounded-full bg-pressed"
    >
      <div
        className={`h-full rounded-full bg-moving ${value === null ? "progress-unknown w-1/3" : "transition-[width] duration-300"}`}
        style={value === null ? undefined : { width: `${value * 100}%` }}
      />
    </div>
    <span className="w-9 text-right text-small text-faint">{value === null ? "" : `${Math.round(value * 100)} %`}</span>
  </div>
);
