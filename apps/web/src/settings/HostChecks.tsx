import type { HostCheck } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Check, CircleAlert, RefreshCw, TriangleAlert } from "lucide-react";
import { messageOf } from "../api/errors.ts";
import { healthQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Section } from "../ui/Page.tsx";

const LOOKS = {
  ok: { icon: Check, color: "text-on", words: "All is well" },
  warning: { icon: TriangleAlert, color: "text-moving", words: "Warning" },
  failure: { icon: CircleAlert, color: "text-wrong", words: "Failure" },
} as const;

const gravity = ["failure", "warning", "ok"] as const;

export const HostChecks = () => {
  const health = useQuery(healthQuery);
  const checks = health.data?.checks?.toSorted((a, b) => gravity.indexOf(a.status) - gravity.indexOf(b.status));
  return (
    <Section
      title="Host"
      actions={
        <Button label="Check again" icon={RefreshCw} small busy={health.isFetching} onClick={() => health.refetch()} />
      }
    >
      {health.isPending && (
        <div className="flex flex-col gap-2" aria-busy="true">
          {[1, 2, 3, 4].map((row) => (
            <div key={row} className="skeleton h-8" />
          ))}
        </div>
      )}
      {health.isError && <Notice kind="error">{messageOf(health.error)}</Notice>}
      {checks?.length === 0 && <p className="text-faint">The host has not been looked at yet.</p>}
      {checks !== undefined && checks.length > 0 && (
        <ul className="rounded-md border border-line bg-surface">
          {checks.map((check) => (
            <CheckRow key={check.id} check={check} />
          ))}
        </ul>
      )}
    </Section>
  );
};

const CheckRow = ({ check: { title, status, found, meaning, remedy } }: { check: HostCheck }) => {
  const { icon: Icon, color, words } = LOOKS[status];
  return (
    <li className="flex gap-3 border-b border-line px-3 py-2 last:border-0">
      <Icon role="img" aria-label={words} size={16} className={`mt-0.5 shrink-0 ${color}`} />
      <div className="grid min-w-0 flex-1 gap-x-4 sm:grid-cols-[12rem_minmax(0,1fr)]">
        <p className="font-medium">{title}</p>
        <div className="min-w-0 wrap-anywhere">
          <p className="text-muted">{found}</p>
          {meaning !== null && <p>{meaning}</p>}
          {remedy !== null && <p className="mt-1 rounded-sm bg-sunken px-2 py-1">{remedy}</p>}
        </div>
      </div>
    </li>
  );
};
