import { CLOSE, type GuestState, type Watched } from "@corral/contracts";
import { Eye } from "lucide-react";
import { type CSSProperties, type ReactNode, useCallback, useRef, useState } from "react";
import { socketUrl } from "../api/client.ts";
import { isLost } from "../api/ReconnectingSocket.ts";
import { useDark } from "../app/theme.ts";
import type { ConsoleStatus } from "../console/ConsoleStatus.ts";
import { FindBar } from "../console/FindBar.tsx";
import { usePreferences } from "../console/preferences.ts";
import { terminalTheme } from "../console/terminalThemes.ts";
import { useConsole } from "../console/useConsole.ts";
import { useTitle } from "../ui/Page.tsx";
import { formatDuration } from "../ui/quantities.ts";
import { StateBadge } from "../ui/StateBadge.tsx";
import { useNow } from "../ui/Time.tsx";

interface WatchedConsoleProps {
  readonly secret: string;
  readonly watched: Watched;
}

export const WatchedConsole = ({ secret, watched: { guest, console, expiresAt } }: WatchedConsoleProps) => {
  const host = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  const find = useCallback(() => setFinding(true), []);
  const { open, status } = useConsole(
    host,
    socketUrl("/watch"),
    { onLargePaste: nothing, onLeave: nothing, onFind: find },
    secret,
  );
  const background = terminalTheme(usePreferences().theme, useDark()).background;
  useTitle(`${guest} ${console}`);
  const words = wordsOf(status);
  return (
    <main className="flex h-dvh flex-col">
      <header className="flex h-(--header) shrink-0 items-center gap-3 border-b border-line px-4 sm:px-5">
        <h1 className="truncate text-title font-semibold">{guest}</h1>
        <span className="text-faint">{console}</span>
        {status?.state !== undefined && <StateBadge state={status.state} />}
        <span className="flex-1" />
        <span className="flex items-center gap-1.5 whitespace-nowrap text-muted">
          <Eye aria-hidden size={14} />
          Watching only
        </span>
      </header>
      <section
        aria-label={`Console ${console}`}
        data-attached={status?.attached ?? false}
        style={{ "--terminal": background } as CSSProperties}
        className="relative min-h-0 flex-1 bg-terminal"
      >
        <div className="absolute inset-0 overflow-hidden pb-1 pl-3 pt-2">
          <div ref={host} className="letterboxed h-full" />
        </div>
        {finding && open !== undefined && (
          <FindBar
            search={open.view.search}
            onClose={() => {
              setFinding(false);
              open.view.terminal.focus();
            }}
          />
        )}
        {words !== undefined && (
          <div
            role="status"
            className="entering absolute inset-x-4 bottom-6 mx-auto max-w-120 rounded-lg border border-line bg-raised p-3 px-4 shadow-raised"
          >
            {words}
          </div>
        )}
      </section>
      <footer className="flex h-9 shrink-0 items-center gap-4 border-t border-line bg-surface px-4 text-small text-muted">
        <span role="status" className="min-w-0 flex-1 truncate text-moving">
          {status?.notice}
        </span>
        <Left until={expiresAt} />
      </footer>
    </main>
  );
};

const nothing = (): void => {};

const OFF: Partial<Record<GuestState, string>> = {
  stopped: "The guest is off. This page shows its next start.",
  crashed: "The guest has crashed. This page shows its next start.",
  paused: "The guest is paused.",
};

/** Why nothing moves. */
const wordsOf = (status: ConsoleStatus | undefined): ReactNode => {
  if (status === undefined) return undefined;
  const { connection, state } = status;
  if (connection.kind === "closed") return closed[connection.code] ?? connection.reason;
  if (isLost(connection)) return "The connection is lost. Trying again; nothing of what is printed is missed.";
  return state === undefined ? undefined : OFF[state];
};

const closed: Record<number, string> = {
  [CLOSE.linkEnded]: "This link has expired or was taken back.",
  [CLOSE.guestDeleted]: "The guest was deleted.",
  [CLOSE.notFound]: "The guest has no such console any more.",
};

const Left = ({ until }: { until: string }) => {
  const left = Date.parse(until) - useNow();
  return <span className="whitespace-nowrap">{left > 0 ? `${formatDuration(left)} left` : "expired"}</span>;
};
