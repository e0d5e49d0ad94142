import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useDark } from "../app/theme.ts";
import { usePreferences } from "../console/preferences.ts";
import { terminalTheme } from "../console/terminalThemes.ts";
import { formatBytes, formatLogTime } from "../ui/quantities.ts";
import type { LogPagesState, LogRow } from "./LogPages.ts";
import type { LogPlace } from "./logPlace.ts";
import { cssOf } from "./textStyle.ts";

/** Rows drawn beyond what is in view, so that scrolling shows no gap. */
const OVERSCAN_ROWS = 30;
/** With fewer rows left than this, the next page is asked for. */
const AHEAD_ROWS = 200;
/** Height of a line for each pixel of its letters. */
const LINE_HEIGHT = 1.38;

interface LogRowsProps {
  readonly state: LogPagesState;
  /** Where the last jump went. */
  readonly place: LogPlace;
  /** The line that is marked. */
  readonly marked: number | undefined;
  readonly label: string;
  readonly onOlder: () => void;
  readonly onNewer: () => void;
  readonly onStart: () => void;
  readonly onEnd: () => void;
  /** The first row in view is another one. */
  readonly onTop: (row: LogRow | undefined) => void;
}

/** The lines of a log, of which only those in view are drawn. */
export const LogRows = ({ state, place, marked, label, onOlder, onNewer, onStart, onEnd, onTop }: LogRowsProps) => {
  const { rows, first, jump, atStart, atEnd, loading } = state;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const shown = useRef({ first, jump: -1, atBottom: false });
  const { fontSize, theme: themeName } = usePreferences();
  const theme = terminalTheme(themeName, useDark());
  const rowHeight = Math.round(fontSize * LINE_HEIGHT);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = shown.current;
    if (before.jump !== jump) {
      if (loading) return;
      const atBottom = place.kind === "end" && place.lines === 0;
      shown.current = { first, jump, atBottom };
      element.scrollTop = atBottom ? element.scrollHeight : scrollTopFor(place, rows, rowHeight, element.clientHeight);
    } else {
      element.scrollTop += (before.first - first) * rowHeight;
      if (before.atBottom && atEnd) element.scrollTop = element.scrollHeight;
      shown.current = { ...before, first };
    }
    setView({ top: element.scrollTop, height: element.clientHeight });
  }, [rows, first, jump, loading, place, rowHeight, atEnd]);

  const from = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN_ROWS);
  const to = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN_ROWS);
  const top = rows[Math.min(rows.length - 1, Math.max(0, Math.floor(view.top / rowHeight)))];

  useEffect(() => onTop(top), [top, onTop]);
  useEffect(() => {
    if (shown.current.jump !== jump) return;
    if (from < AHEAD_ROWS && !atStart) onOlder();
    if (rows.length - to < AHEAD_ROWS && !atEnd) onNewer();
  }, [jump, from, to, rows, atStart, atEnd, onOlder, onNewer]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    (event.key === "Home" ? onStart : onEnd)();
  };

  return (
    // A keyboard must be able to scroll it.
    <section
      ref={box}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      data-log-rows
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        shown.current.atBottom = scrollHeight - scrollTop - clientHeight < rowHeight;
        setView({ top: scrollTop, height: clientHeight });
      }}
      className="min-h-0 min-w-0 flex-1 overflow-auto font-mono outline-offset-[-2px]"
      style={{ fontSize, lineHeight: `${rowHeight}px`, color: theme.foreground, overflowAnchor: "none" }}
    >
      <div style={{ height: rows.length * rowHeight }} className="relative min-w-full">
        <div style={{ transform: `translateY(${from * rowHeight}px)` }} className="absolute left-0 top-0 min-w-full">
          {rows.slice(from, to).map((row, index) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a row keeps its number, whatever comes before it
              key={first + from + index}
              style={{ height: rowHeight }}
              className={`whitespace-pre px-3 ${row.kind === "text" && row.offset === marked ? "bg-selected shadow-[inset_3px_0_0_var(--state-moving)]" : ""}`}
            >
              {row.kind === "text" ? (
                row.spans.map(({ text, style }, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change their order
                  <span key={at} style={cssOf(style, theme)}>
                    {text}
                  </span>
                ))
              ) : (
                <Between row={row} />
              )}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
};

/** What was looked for stands a third of the view below its top, among what came before it. */
const scrollTopFor = (place: LogPlace, rows: readonly LogRow[], rowHeight: number, height: number): number =>
  place.kind === "end"
    ? (rows.length - place.lines) * rowHeight
    : rows.findLastIndex(({ offset }) => offset <= place.offset) * rowHeight - height / 3;

const Between = ({ row }: { row: Exclude<LogRow, { kind: "text" }> }) => (
  <div className="sticky left-3 flex w-full max-w-3xl items-center gap-3 text-small text-faint">
    <span className="h-px flex-1 bg-line-strong" />
    {row.kind === "boot"
      ? `boot ${row.boot} · ${formatLogTime(row.at)}`
      : `${formatBytes(row.bytes)} are not kept any more`}
    <span className="h-px flex-1 bg-line-strong" />
  </div>
);
