import type { Guest, GuestBoot } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { ArrowDownToLine, ArrowUpToLine, Download, History, Play, Search, X } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { bootsQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuItem, MenuNote } from "../ui/Menu.tsx";
import { Notice } from "../ui/Notice.tsx";
import { formatLogTime } from "../ui/quantities.ts";
import { Spinner } from "../ui/Spinner.tsx";
import { DownloadDialog } from "./DownloadDialog.tsx";
import type { LogRow } from "./LogPages.ts";
import { LogRows } from "./LogRows.tsx";
import { LogSearchPanel } from "./LogSearchPanel.tsx";
import { formatLogPlace, parseLogPlace } from "./logPlace.ts";
import { Replay } from "./Replay.tsx";
import { useLogPages } from "./useLogPages.ts";

interface LogViewProps {
  readonly guest: Guest;
  readonly name: string;
  /** As `formatLogPlace` writes it. */
  readonly place: string;
  readonly onPlace: (place: string) => void;
  readonly onClose: () => void;
}

const END = { kind: "end", lines: 0 } as const;

/** A console's whole log, from its beginning on: to read, search, download and replay. */
const LogView = ({ guest, name, place: placeText, onPlace, onClose }: LogViewProps) => {
  const { pages, state } = useLogPages(guest.id, name);
  const boots = useQuery(bootsQuery(guest.id)).data ?? [];
  const [place, setPlace] = useState(() => parseLogPlace(placeText));
  const [searching, setSearching] = useState(false);
  const [downloading, setDownloading] = useState(false);
  const [replaying, setReplaying] = useState(false);
  const [top, setTop] = useState<LogRow>();
  const view = useRef<HTMLElement>(null);

  useEffect(() => setPlace(parseLogPlace(placeText)), [placeText]);
  useEffect(() => void pages?.jump(place), [pages, place]);
  useEffect(() => view.current?.querySelector<HTMLElement>("[data-log-rows]")?.focus(), []);

  const goTo = useCallback((offset: number) => onPlace(formatLogPlace({ kind: "offset", offset })), [onPlace]);
  const goToEnd = useCallback(() => {
    onPlace(formatLogPlace(END));
    setPlace({ ...END });
  }, [onPlace]);
  const older = useCallback(() => void pages?.older(), [pages]);
  const newer = useCallback(() => void pages?.newer(), [pages]);
  const boot = top === undefined ? undefined : bootAt(boots, name, top.offset);

  if (replaying) {
    return <Replay guest={guest} name={name} boot={boot?.boot} boots={boots} onClose={() => setReplaying(false)} />;
  }
  return (
    <section
      ref={view}
      aria-label={`Log of ${name}`}
      className="flex h-full min-h-0 flex-col bg-terminal"
      onKeyDown={(event) => {
        if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
        if (event.key === "Escape") onClose();
        else if (event.key === "/") setSearching(true);
        else return;
        event.preventDefault();
      }}
    >
      <div className="flex h-9 shrink-0 items-center gap-1 border-b border-line bg-surface pl-3 pr-1.5 text-small text-muted">
        <span className="min-w-0 flex-1 truncate" role="status">
          {boot === undefined ? "History" : `Boot ${boot.boot} · ${formatLogTime(boot.startedAt)}`}
          {state?.loading && <Spinner />}
        </span>
        <Button
          label="Search the log (/)"
          icon={Search}
          variant="ghost"
          small
          showLabel="never"
          aria-expanded={searching}
          onClick={() => setSearching(!searching)}
        />
        <Menu trigger={<Button label="Boots" icon={History} variant="ghost" small showLabel="wide" />}>
          {boots.length === 0 && <MenuNote>It has not been started yet.</MenuNote>}
          {boots.map((each) => (
            <BootItem key={each.boot} boot={each} name={name} onGo={goTo} />
          ))}
        </Menu>
        <Button
          label="Beginning (Home)"
          icon={ArrowUpToLine}
          variant="ghost"
          small
          showLabel="never"
          onClick={() => goTo(0)}
        />
        <Button label="End (End)" icon={ArrowDownToLine} variant="ghost" small showLabel="never" onClick={goToEnd} />
        <Button label="Replay" icon={Play} variant="ghost" small showLabel="wide" onClick={() => setReplaying(true)} />
        <Button
          label="Download"
          icon={Download}
          variant="ghost"
          small
          showLabel="wide"
          onClick={() => setDownloading(true)}
        />
        <Button
          label={name === "kernel" ? "Back (Esc)" : "Back to the console (Esc)"}
          icon={X}
          variant="ghost"
          small
          showLabel="never"
          onClick={onClose}
        />
      </div>
      {state?.error !== undefined && (
        <div className="p-3">
          <Notice kind="warning">{state.error}</Notice>
        </div>
      )}
      <div className="flex min-h-0 flex-1 flex-col @container md:flex-row">
        {state !== undefined && (
          <LogRows
            state={state}
            place={place}
            marked={place.kind === "offset" ? place.offset : undefined}
            label={`Output of ${name}`}
            onOlder={older}
            onNewer={newer}
            onStart={() => goTo(0)}
            onEnd={goToEnd}
            onTop={setTop}
          />
        )}
        {searching && <LogSearchPanel guest={guest.id} name={name} onGo={goTo} onClose={() => setSearching(false)} />}
      </div>
      {downloading && (
        <DownloadDialog
          guest={guest}
          name={name}
          boots={boots}
          boot={boot?.boot}
          onClose={() => setDownloading(false)}
        />
      )}
    </section>
  );
};

const BootItem = ({ boot, name, onGo }: { boot: GuestBoot; name: string; onGo: (offset: number) => void }) => {
  const log = boot.logs.find(({ console }) => console === name);
  const ending = boot.running ? "running" : (boot.ending?.kind ?? "ended");
  return (
    <MenuItem
      label={`${boot.boot} · ${formatLogTime(boot.startedAt)} · ${ending}`}
      blocked={log === undefined ? "Its output is not kept any more." : undefined}
      onSelect={() => log !== undefined && onGo(log.from)}
    />
  );
};

/** The newest boot that began before this offset. */
const bootAt = (boots: readonly GuestBoot[], name: string, offset: number): GuestBoot | undefined =>
  boots.find(({ logs }) => logs.some(({ console, from, to }) => console === name && offset >= from && offset <= to));

export default LogView;
