import { CorralError, completeMconsole, MCONSOLE_COMMAND_MAXIMUM, printable } from "@corral/contracts";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../api/errors.ts";
import { useDark } from "../app/theme.ts";
import { usePreferences } from "../console/preferences.ts";
import { TerminalView } from "../console/TerminalView.ts";
import { LineEditor } from "./LineEditor.ts";

/** In lines that fit a phone. */
const GREETING =
  "The guest's management console.\r\nhelp lists its commands, Tab completes them,\r\nthe arrows go back.\r\n";

interface MconsolePromptProps {
  readonly name: string;
  /** Resolves to the answer; rejects with `needs_confirmation` where the person is to be asked first. */
  readonly run: (line: string, confirm: boolean) => Promise<string>;
  readonly onLeave: () => void;
}

/** A prompt as uml_mconsole has it. */
export const MconsolePrompt = ({ name, run, onLeave }: MconsolePromptProps) => {
  const host = useRef<HTMLDivElement>(null);
  const preferences = usePreferences();
  const dark = useDark();
  const [view, setView] = useState<TerminalView>();
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const ask = useRef(run);
  ask.current = run;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed and answered must outlive a change of theme
  useEffect(() => {
    if (host.current === null) return;
    const opened = new TerminalView({
      host: host.current,
      preferences,
      dark,
      onFit: ({ cols, rows }) => setTimeout(() => opened.terminal.resize(cols, rows)),
      onLargePaste: (text) => opened.terminal.paste(text.slice(0, MCONSOLE_COMMAND_MAXIMUM).split("\n", 1)[0] ?? ""),
      onLeave: () => leave.current(),
      onFind: () => {},
    });
    const write = (text: string) => opened.terminal.write(text);
    const say = (text: string) => write(printable(text).replace(/\r?\n/g, "\r\n"));
    let question: string | undefined;
    const editor: LineEditor = new LineEditor({
      write,
      complete: (typed) => (question === undefined ? completeMconsole(typed) : []),
      onLine: (typed) => void answer(typed),
    });
    const answer = async (typed: string): Promise<void> => {
      const asked = question;
      question = undefined;
      if (asked !== undefined && typed !== "yes") return editor.begin(`(${name}) `);
      const line = asked ?? typed;
      if (line === "quit" || line === "exit") {
        leave.current();
        return editor.begin(`(${name}) `);
      }
      if (line !== "") {
        try {
          const text = await ask.current(line, asked !== undefined);
          say(`OK ${text.trimEnd()}`.trimEnd());
          write("\r\n");
        } catch (error) {
          if (error instanceof CorralError && error.code === "needs_confirmation") {
            say(`${error.message}\n`);
            question = line;
            return editor.begin("Do it? (yes) ");
          }
          say(`ERR ${messageOf(error)}\n`);
        }
      }
      editor.begin(`(${name}) `);
    };
    opened.terminal.onData((data) => editor.type(data));
    write(GREETING);
    editor.begin(`(${name}) `);
    opened.terminal.focus();
    setView(opened);
    return () => opened.dispose();
  }, [name]);

  useEffect(() => view?.apply(preferences, dark, true), [view, preferences, dark]);

  return (
    <section aria-label="mconsole prompt" className="h-full bg-terminal p-2">
      <div ref={host} className="h-full overflow-hidden" />
    </section>
  );
};
