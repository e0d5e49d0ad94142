import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button } from "../ui/Button.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { EchoedInput, type SendingState } from "./EchoedInput.ts";
import { SendingProgress } from "./SendingProgress.tsx";
import type { OpenConsole } from "./useConsole.ts";

/** Ctrl-C, Ctrl-D, Ctrl-\ and Ctrl-Z mean what is being sent. */
const STOPPING_KEYS: ReadonlySet<string> = new Set(["\u0003", "\u0004", "\u001c", "\u001a"]);

interface SendBoxProps {
  readonly open: OpenConsole;
  /** Why nothing can be sent now. */
  readonly blocked: string | undefined;
  readonly onClose: () => void;
}

/** A text of many lines is written in peace, and then typed line by line as the guest echoes it. */
export const SendBox = ({ open: { session, view }, blocked, onClose }: SendBoxProps) => {
  const [text, setText] = useState("");
  const [enter, setEnter] = useState(true);
  const [state, setState] = useState<SendingState>();
  const input = useRef<EchoedInput>(undefined);
  const area = useRef<HTMLTextAreaElement>(null);
  const under = state?.phase === "sending" || state?.phase === "silent";

  useEffect(() => {
    const unwatch = session.watchOutput((bytes) => input.current?.output(bytes));
    const unhear = view.terminal.onKey(({ key }) => {
      if (STOPPING_KEYS.has(key)) input.current?.stop();
    });
    return () => {
      unwatch();
      unhear.dispose();
      input.current?.stop();
    };
  }, [session, view]);

  const send = () => {
    if (blocked !== undefined || under || text === "") return;
    input.current = new EchoedInput({
      text: enter && !text.endsWith("\n") ? `${text}\n` : text,
      send: (piece) => view.terminal.input(piece),
      onState: (next) => {
        setState(next);
        if (next.phase === "done") setText("");
      },
    });
  };
  /** The button that was pressed goes away. */
  const answer = (how: "goOn" | "stop") => {
    input.current?.[how]();
    area.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  };

  return (
    <section
      aria-label="Send box"
      onKeyDown={onKey}
      className="entering flex shrink-0 flex-col gap-2 border-t border-line bg-surface p-2"
    >
      <textarea
        ref={area}
        // biome-ignore lint/a11y/noAutofocus: it opens because a person asked for it
        autoFocus
        rows={5}
        value={text}
        readOnly={under}
        spellCheck={false}
        aria-label="Text to send"
        placeholder="Many lines, such as a script or a file. They are typed one by one, each when the guest has echoed the one before."
        onChange={(event) => setText(event.target.value)}
        className="control font-mono text-small"
      />
      <div className="flex flex-wrap items-center gap-2 text-small text-muted">
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={enter} onChange={(event) => setEnter(event.target.checked)} />
          Enter at the end
        </label>
        <div role="status" className="min-w-0 flex-1">
          {state !== undefined && <SendingProgress state={state} />}
        </div>
        {state?.phase === "silent" && <Button label="Go on" small onClick={() => answer("goOn")} />}
        {under ? (
          <Button label="Stop" small onClick={() => answer("stop")} />
        ) : (
          <>
            <span className="flex items-center gap-1 max-sm:hidden">
              <Kbd keys="Ctrl+Enter" />
            </span>
            <Button label="Send" small variant="primary" blocked={blocked} onClick={send} />
          </>
        )}
        <Button label="Close the send box" icon={X} small variant="ghost" showLabel="never" onClick={onClose} />
      </div>
    </section>
  );
};
