import { CLOSE } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { meQuery } from "../api/queries.ts";
import { useDark } from "../app/theme.ts";
import { formatLogTime } from "../ui/quantities.ts";
import { ConsoleSession } from "./ConsoleSession.ts";
import type { ConsoleStatus } from "./ConsoleStatus.ts";
import { preferences, usePreferences } from "./preferences.ts";
import { TerminalView } from "./TerminalView.ts";

export interface OpenConsole {
  readonly session: ConsoleSession;
  readonly view: TerminalView;
}

interface ConsoleKeys {
  readonly onLargePaste: (text: string) => void;
  readonly onLeave: () => void;
  readonly onFind: () => void;
}

/**
 * Opens the console behind a socket's address inside `host` for as long as the component is mounted. The three callbacks
 * must not change. `secret`: of the watch-only link that leads there.
 */
export const useConsole = (
  host: RefObject<HTMLElement | null>,
  url: string,
  keys: ConsoleKeys,
  secret?: string,
): { open: OpenConsole | undefined; status: ConsoleStatus | undefined } => {
  const [open, setOpen] = useState<OpenConsole>();
  const dark = useDark();
  const wanted = usePreferences();
  const queries = useQueryClient();
  const { onLargePaste, onLeave, onFind } = keys;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme is applied below and must not open the console anew
  useEffect(() => {
    if (host.current === null) return;
    let session: ConsoleSession | undefined;
    const view = new TerminalView({
      host: host.current,
      preferences: preferences(),
      dark,
      onFit: (size) => session?.setFit(size),
      onLargePaste,
      onLeave,
      onFind,
      onReset: () => session?.renewTerminal(),
    });
    session = new ConsoleSession({
      url,
      secret,
      screen: view.terminal,
      fit: view.room(),
      onBoot: (boot, at) => view.markBoot(`boot ${boot} · ${formatLogTime(at)}`),
    });
    setOpen({ session, view });
    return () => {
      session.dispose();
      view.dispose();
      setOpen(undefined);
    };
  }, [host, url, secret, onLargePaste, onLeave, onFind]);

  const subscribe = useCallback((listener: () => void) => open?.session.subscribe(listener) ?? (() => {}), [open]);
  const status = useSyncExternalStore(subscribe, () => open?.session.status());

  const on = status?.state !== "stopped" && status?.state !== "crashed";
  useEffect(() => open?.view.apply(wanted, dark, on), [open, wanted, dark, on]);

  const follows = status?.role === "spy" || status?.role === "cowriter";
  const size = status?.size;
  useEffect(() => open?.view.letterbox(follows ? size : undefined), [open, follows, size]);

  const connection = status?.connection;
  useEffect(() => {
    // A refused upgrade looks like any other failure; who I am says whether the login has ended.
    const refused = connection?.kind === "closed" && connection.code === CLOSE.notLoggedIn;
    if (refused || connection?.kind === "waiting") void queries.invalidateQueries({ queryKey: meQuery.queryKey });
  }, [connection, queries]);

  return { open, status };
};
