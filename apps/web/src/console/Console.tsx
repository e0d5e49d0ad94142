import type { Guest } from "@corral/contracts";
import { ArrowUp } from "lucide-react";
import { type CSSProperties, useCallback, useEffect, useRef, useState } from "react";
import { socketUrl } from "../api/client.ts";
import { isLost } from "../api/ReconnectingSocket.ts";
import { useDark } from "../app/theme.ts";
import { HistoryProblem } from "../log/HistoryProblem.tsx";
import { useScrolledPastTop } from "../log/useScrolledPastTop.ts";
import { Button } from "../ui/Button.tsx";
import { ConsoleNotices } from "./ConsoleNotices.tsx";
import { ConsoleOverlay } from "./ConsoleOverlay.tsx";
import { typingBlocked } from "./ConsoleStatus.ts";
import { ConsoleStrip } from "./ConsoleStrip.tsx";
import { isInUse, isNotInUse } from "./consoleInUse.ts";
import { FindBar } from "./FindBar.tsx";
import { PasteDialog } from "./PasteDialog.tsx";
import { PasteProgress } from "./PasteProgress.tsx";
import { usePreferences } from "./preferences.ts";
import { SendBox } from "./SendBox.tsx";
import { asksBeforePaste } from "./TerminalView.ts";
import { terminalTheme } from "./terminalThemes.ts";
import { UnsentNotice } from "./UnsentNotice.tsx";
import { type OpenConsole, useConsole } from "./useConsole.ts";

interface ConsoleProps {
  readonly guest: Guest;
  readonly name: string;
  readonly alone: boolean;
  readonly onAlone: (alone: boolean) => void;
  /** Shows a place of its log, as in `formatLogPlace`. */
  readonly onLog: (place: string) => void;
  /** The terminal is there; undefined: it is no more. */
  readonly onOpen?: (open: OpenConsole | undefined) => void;
  /** Opens a window that has nothing but the console; undefined: this is one. */
  readonly onPopOut: (() => void) | undefined;
  /** The key that leads out of the console was pressed. */
  readonly onLeave: () => void;
}

/** A guest's console with all that is said about it. The terminal itself lives outside React, in `useConsole`. */
const Console = ({ guest, name, alone, onAlone, onLog, onOpen, onPopOut, onLeave }: ConsoleProps) => {
  const host = useRef<HTMLDivElement>(null);
  const [paste, setPaste] = useState<string>();
  const [pasting, setPasting] = useState<string>();
  const [finding, setFinding] = useState(false);
  const [sending, setSending] = useState(false);
  const find = useCallback(() => setFinding(true), []);
  const takePaste = useCallback((text: string) => (asksBeforePaste(text) ? setPaste : setPasting)(text), []);
  const leave = useLatest(onLeave);
  const { open, status } = useConsole(host, attachUrl(guest.id, name), {
    onLargePaste: takePaste,
    onLeave: leave,
    onFind: find,
  });
  const terminal = open?.view.terminal;
  const background = terminalTheme(usePreferences().theme, useDark()).background;
  const spy = status?.role === "spy";
  const blocked = typingBlocked(status);
  const older = useScrolledPastTop(host, terminal, onLog);

  useEffect(() => onOpen?.(open), [open, onOpen]);

  useEffect(() => {
    if (open === undefined) return;
    const use = () => isInUse(open);
    use();
    open.view.terminal.textarea?.addEventListener("focus", use);
    return () => isNotInUse(open);
  }, [open]);

  useEffect(() => {
    // Whoever opens a guest with the keyboard is about to type into it, unless they are already somewhere in the page.
    const at = document.activeElement;
    if (at === null || at === document.body || at.id === "content") terminal?.focus();
  }, [terminal]);

  return (
    <section
      aria-label={`Console ${name}`}
      data-attached={status?.attached ?? false}
      // What is around the cells has their colour.
      style={{ "--terminal": background } as CSSProperties}
      className="flex h-full min-h-0 flex-col bg-terminal"
    >
      <ConsoleNotices status={status} />
      <HistoryProblem guest={guest} name={name} />
      <div className="relative min-h-0 flex-1">
        <div className={`absolute inset-0 overflow-hidden pb-1 pl-3 pt-2 ${spy ? "bg-sunken" : ""}`}>
          {/* Without padding of its own: what fits is reckoned from its whole height. */}
          <div
            ref={host}
            data-console={name}
            className={`h-full ${spy || status?.role === "cowriter" ? "letterboxed" : ""}`}
          />
        </div>
        {older !== undefined && (
          <div className="entering absolute inset-x-0 top-2 z-10 flex justify-center">
            <Button label="Older output" icon={ArrowUp} small onClick={older} />
          </div>
        )}
        {finding && open !== undefined && (
          <FindBar
            search={open.view.search}
            onWholeLog={() => onLog("end")}
            onClose={() => {
              setFinding(false);
              terminal?.focus();
            }}
          />
        )}
        {pasting !== undefined && open !== undefined && (
          <PasteProgress
            open={open}
            text={pasting}
            blocked={blocked}
            onClose={() => {
              setPasting(undefined);
              terminal?.focus();
            }}
          />
        )}
        {status !== undefined && status.unsent !== "" && (
          <UnsentNotice
            text={status.unsent}
            onClose={() => {
              open?.session.forgetUnsent();
              terminal?.focus();
            }}
          />
        )}
        {status !== undefined && (
          <ConsoleOverlay
            // Words of another state are other words: what had the focus in the old ones is gone.
            key={isLost(status.connection) ? "lost" : `${guest.state} ${status.connection.kind}`}
            guest={guest}
            name={name}
            status={status}
            onRetry={() => open?.session.retryNow()}
            onFocusLost={() => terminal?.focus()}
          />
        )}
      </div>
      {sending && open !== undefined && (
        <SendBox
          open={open}
          blocked={blocked}
          onClose={() => {
            setSending(false);
            terminal?.focus();
          }}
        />
      )}
      <ConsoleStrip
        guest={guest}
        name={name}
        open={open}
        status={status}
        alone={alone}
        onAlone={onAlone}
        onFind={find}
        onLog={() => onLog("end")}
        onSendBox={() => setSending(true)}
        onPopOut={onPopOut}
      />
      {paste !== undefined && (
        <PasteDialog
          text={paste}
          blocked={blocked}
          onPaste={() => setPasting(paste)}
          onClose={() => {
            setPaste(undefined);
            terminal?.focus();
          }}
        />
      )}
    </section>
  );
};

const attachUrl = (guest: string, name: string): string =>
  socketUrl(`/guests/${encodeURIComponent(guest)}/consoles/${name}/attach`);

/** A function that never changes and calls the newest one. */
const useLatest = (callback: () => void): (() => void) => {
  const latest = useRef(callback);
  latest.current = callback;
  return useCallback(() => latest.current(), []);
};

export default Console;
