import { DEBUGGER_IDLE_MINUTES, type DebugRequest, type Guest } from "@corral/contracts";
import { Unplug } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { socketUrl } from "../api/client.ts";
import { useDark } from "../app/theme.ts";
import { usePreferences } from "../console/preferences.ts";
import { TerminalView } from "../console/TerminalView.ts";
import { Button } from "../ui/Button.tsx";
import { DebuggerSocket } from "./DebuggerSocket.ts";

/** What is asked for, but for the size of this window. */
type Wanted = DebugRequest extends infer R ? (R extends unknown ? Omit<R, "cols" | "rows"> : never) : never;

export type { Wanted as WantedDebugger };

interface DebuggerTerminalProps {
  readonly guest: Guest;
  readonly wanted: Wanted;
  readonly onLeave: () => void;
  readonly onDone: () => void;
}

/** A terminal with a debugger in it, from its attaching to its end. It is detached when this goes. */
export const DebuggerTerminal = ({ guest, wanted, onLeave, onDone }: DebuggerTerminalProps) => {
  const host = useRef<HTMLDivElement>(null);
  const preferences = usePreferences();
  const dark = useDark();
  const [view, setView] = useState<TerminalView>();
  const [attached, setAttached] = useState(false);
  const [ended, setEnded] = useState<string>();
  const socket = useRef<DebuggerSocket>(undefined);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const { id } = guest;
  const { name } = guest.definition;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of theme must not detach it
  useEffect(() => {
    if (host.current === null) return;
    const opened: TerminalView = new TerminalView({
      host: host.current,
      preferences,
      dark,
      onFit: ({ cols, rows }) =>
        setTimeout(() => {
          opened.terminal.resize(cols, rows);
          socket.current?.resize(cols, rows);
        }),
      onLargePaste: (text) => opened.terminal.paste(text),
      onLeave: () => leave.current(),
      onFind: () => {},
    });
    const { cols, rows } = opened.room();
    const joined = new DebuggerSocket({
      url: socketUrl(`/guests/${encodeURIComponent(id)}/debugger/attach`),
      request: { ...wanted, cols, rows } as DebugRequest,
      onBytes: (bytes) => opened.terminal.write(bytes),
      onAttached: () => setAttached(true),
      onLeftOut: (bytes) => opened.terminal.write(`\r\n\x1b[7m ${bytes} bytes were left out \x1b[0m\r\n`),
      onEnded: setEnded,
    });
    socket.current = joined;
    opened.terminal.onData((data) => joined.type(data));
    opened.terminal.focus();
    setView(opened);
    return () => {
      joined.close();
      opened.dispose();
    };
  }, [id, wanted]);

  const on = ended === undefined;
  useEffect(() => view?.apply(preferences, dark, on), [view, preferences, dark, on]);

  const holds = wanted.tool === "gdb" ? `${name} stands still` : `${name} is slowed down`;
  return (
    <section aria-label="Debugger" data-attached={attached && on} className="flex h-full min-h-0 flex-col bg-terminal">
      <div
        role="status"
        className={`flex min-h-9 shrink-0 items-center gap-3 px-3 text-small font-medium ${on ? "bg-moving text-canvas" : "border-b border-line bg-sunken text-ink"}`}
      >
        <span className="min-w-0 flex-1 py-1">
          {ended ??
            `${wanted.tool} has the kernel: ${holds}. Leaving this tab detaches it; so do ${DEBUGGER_IDLE_MINUTES} minutes without a key.`}
        </span>
        {on ? (
          <Button label="Detach" icon={Unplug} small onClick={() => socket.current?.close()} />
        ) : (
          <Button label="Done" small onClick={onDone} />
        )}
      </div>
      <div className="min-h-0 flex-1 p-2">
        <div ref={host} className="h-full overflow-hidden" />
      </div>
    </section>
  );
};
