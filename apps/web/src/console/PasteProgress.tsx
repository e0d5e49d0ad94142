import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/Button.tsx";
import { EchoedInput, type SendingState } from "./EchoedInput.ts";
import { longLineOf } from "./longLine.ts";
import { SendingProgress } from "./SendingProgress.tsx";
import type { OpenConsole } from "./useConsole.ts";

/** Ctrl-C, Ctrl-D, Ctrl-\ and Ctrl-Z. */
const STOPPING_KEYS: ReadonlySet<string> = new Set(["\u0003", "\u0004", "\u001c", "\u001a"]);

interface PasteProgressProps {
  readonly open: OpenConsole;
  readonly text: string;
  /** Why nothing can be typed any more. */
  readonly blocked: string | undefined;
  /** It is over, or its last words were read. */
  readonly onClose: () => void;
}

/** Types a paste in pieces, each when the guest has echoed the one before, and says how far it is. */
export const PasteProgress = ({ open: { session, view }, text, blocked, onClose }: PasteProgressProps) => {
  const [state, setState] = useState<SendingState>();
  const input = useRef<EchoedInput>(undefined);
  const close = useRef(onClose);
  close.current = onClose;
  const refused = useRef(blocked);

  useEffect(() => {
    if (refused.current !== undefined) return;
    const isLong = longLineOf(text) !== undefined;
    if (isLong) session.allowLongLines(true);
    const typing = new EchoedInput({
      text,
      bracketed: view.terminal.modes.bracketedPasteMode,
      send: (piece) => view.terminal.input(piece),
      onState: (next) => {
        setState(next);
        if (next.phase === "done") close.current();
      },
    });
    input.current = typing;
    const unwatch = session.watchOutput((bytes) => typing.output(bytes));
    // What a person types beside it means the paste: a shell would run the rest of it line by line.
    const unhear = view.terminal.onKey(({ key }) => {
      if (STOPPING_KEYS.has(key)) typing.stop();
    });
    return () => {
      unwatch();
      unhear.dispose();
      if (isLong) session.allowLongLines(false);
      typing.stop();
    };
  }, [session, view, text]);

  useEffect(() => {
    if (blocked !== undefined) input.current?.stop();
  }, [blocked]);

  const answer = (how: "goOn" | "stop") => {
    input.current?.[how]();
    view.terminal.focus();
  };
  const stopped = state === undefined || state.phase === "stopped";
  return (
    <section
      aria-label="Paste"
      // Over the terminal: beside it, it would change the size of the guest's window in the middle of what is typed.
      className="entering absolute right-4 top-3 z-10 flex w-100 max-w-[calc(100%-2rem)] items-center gap-3 rounded-lg border border-line bg-raised py-2 pl-4 pr-2 text-small text-muted shadow-raised"
    >
      {!stopped && <span className="shrink-0">Pasting</span>}
      <div role="status" className="min-w-0 flex-1">
        {state === undefined ? "Nothing was pasted." : <SendingProgress state={state} />}
        {stopped && blocked !== undefined && ` ${blocked}`}
      </div>
      {state?.phase === "silent" && <Button label="Go on" small onClick={() => answer("goOn")} />}
      {stopped ? (
        <Button label="Close the paste" icon={X} small variant="ghost" showLabel="never" onClick={onClose} />
      ) : (
        <Button label="Cancel the paste" small onClick={() => answer("stop")} />
      )}
    </section>
  );
};
