import type { FoundLine } from "@corral/contracts";
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "../ui/Button.tsx";
import { counted, formatLogTime } from "../ui/quantities.ts";
import { LogSearch, type LogSearchState } from "./LogSearch.ts";

const nothing = () => () => {};

interface LogSearchPanelProps {
  readonly guest: string;
  readonly name: string;
  readonly onGo: (offset: number) => void;
  readonly onClose: () => void;
}

/** Looks for something in the whole log, and lists the lines that have it. */
export const LogSearchPanel = ({ guest, name, onGo, onClose }: LogSearchPanelProps) => {
  const [q, setQ] = useState("");
  const [regex, setRegex] = useState(false);
  const [matchCase, setMatchCase] = useState(false);
  const [search, setSearch] = useState<LogSearch>();
  const state = useSyncExternalStore(search?.subscribe ?? nothing, () => search?.state());
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => () => search?.cancel(), [search]);
  useEffect(() => input.current?.focus(), []);

  const begin = () => q !== "" && setSearch(new LogSearch(guest, name, { q, regex, matchCase }));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp")
      move(list.current, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // Arrows lead through the results, which are buttons.
    <search
      onKeyDown={onKeyDown}
      className="flex max-h-1/2 min-h-0 w-full shrink-0 flex-col border-t border-line bg-surface md:max-h-none md:w-88 md:border-l md:border-t-0"
    >
      <form
        className="flex flex-col gap-2 border-b border-line p-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <div className="flex items-center gap-1.5">
          <input
            ref={input}
            value={q}
            maxLength={500}
            aria-label="Search the whole log"
            placeholder={regex ? "Regular expression" : "Search the whole log"}
            onChange={(event) => setQ(event.target.value)}
            className="control font-mono"
          />
          <Button label="Close the search (Esc)" icon={X} variant="ghost" small showLabel="never" onClick={onClose} />
        </div>
        <div className="flex items-center gap-3 text-small text-muted">
          <label className="flex items-center gap-1.5">
            <input type="checkbox" checked={regex} onChange={(event) => setRegex(event.target.checked)} />
            Regular expression
          </label>
          <label className="flex items-center gap-1.5">
            <input type="checkbox" checked={matchCase} onChange={(event) => setMatchCase(event.target.checked)} />
            Match case
          </label>
        </div>
      </form>
      <Progress state={state} onCancel={() => search?.cancel()} onMore={() => search?.more()} />
      <ul ref={list} aria-label="Found lines" className="min-h-0 flex-1 overflow-y-auto py-1">
        {state?.found.map((line) => (
          <li key={line.offset}>
            <Found line={line} onGo={() => onGo(line.offset)} />
          </li>
        ))}
      </ul>
    </search>
  );
};

const Progress = ({
  state,
  onCancel,
  onMore,
}: {
  state: LogSearchState | undefined;
  onCancel: () => void;
  onMore: () => void;
}) => {
  if (state === undefined) return <p className="px-3 py-2 text-small text-faint">Enter searches.</p>;
  const { found, progress, next, error } = state;
  return (
    <div className="flex min-h-9 items-center gap-2 px-3 text-small text-muted">
      <span role="status" className={`min-w-0 flex-1 ${error === undefined ? "" : "text-wrong"}`}>
        {error ?? `${counted(found.length, "line")} found`}
        {progress !== undefined && ` · ${Math.floor(progress * 100)} %`}
      </span>
      {progress !== undefined && <Button label="Cancel" small onClick={onCancel} />}
      {next !== undefined && <Button label="Find more" small onClick={onMore} />}
    </div>
  );
};

const Found = ({ line: { text, start, end, boot, at }, onGo }: { line: FoundLine; onGo: () => void }) => {
  // What stands before the found is cut, so that the found itself is always in sight.
  const from = Math.max(0, start - 24);
  return (
    <button
      type="button"
      onClick={onGo}
      className="block w-full px-3 py-1 text-left outline-offset-[-2px] hover:bg-hover focus-visible:bg-pressed"
    >
      <span className="block truncate font-mono text-small">
        {from > 0 && "…"}
        {text.slice(from, start)}
        <mark className="rounded-sm bg-moving text-canvas">{text.slice(start, end)}</mark>
        {text.slice(end)}
      </span>
      <span className="block text-tiny text-faint">
        {boot !== null && `boot ${boot} · `}
        {at === null ? "" : formatLogTime(at)}
      </span>
    </button>
  );
};

/** The next or previous result gets the focus, and is shown. */
const move = (list: HTMLUListElement | null, step: number): void => {
  const results = [...(list?.querySelectorAll("button") ?? [])];
  const at = results.indexOf(document.activeElement as HTMLButtonElement);
  const next = results[at < 0 ? 0 : Math.min(results.length - 1, Math.max(0, at + step))];
  next?.focus();
  if (at >= 0) next?.click();
};
