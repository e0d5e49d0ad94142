import { type Guest, oneWayWords } from "@corral/contracts";
import {
  AppWindow,
  Ellipsis,
  Eye,
  History,
  Keyboard,
  Maximize,
  Minimize,
  Minus,
  Plus,
  RotateCcw,
  Scaling,
  Search,
  SendHorizontal,
} from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { counted, formatDuration } from "../ui/quantities.ts";
import { useNow } from "../ui/Time.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { type ConsoleStatus, ONLY_WATCH } from "./ConsoleStatus.ts";
import { KeysMenu } from "./KeysMenu.tsx";
import { Presence } from "./Presence.tsx";
import { setPreferences, usePreferences } from "./preferences.ts";
import { SharingMenu } from "./SharingMenu.tsx";
import { TERMINAL_THEMES } from "./terminalThemes.ts";
import type { OpenConsole } from "./useConsole.ts";

interface ConsoleStripProps {
  readonly guest: Guest;
  readonly name: string;
  readonly open: OpenConsole | undefined;
  readonly status: ConsoleStatus | undefined;
  readonly alone: boolean;
  readonly onAlone: (alone: boolean) => void;
  readonly onFind: () => void;
  readonly onLog: () => void;
  readonly onSendBox: () => void;
  readonly onPopOut: (() => void) | undefined;
}

/** One line under the terminal that is always there: what goes on, who is here, and what can be done. */
export const ConsoleStrip = ({
  guest,
  name,
  open,
  status,
  alone,
  onAlone,
  onFind,
  onLog,
  onSendBox,
  onPopOut,
}: ConsoleStripProps) => {
  const { fontSize, screenReader, copyOnSelect, theme } = usePreferences();
  const spy = status?.role === "spy";
  return (
    <div className="flex h-9 shrink-0 items-center gap-1 border-t border-line bg-surface pl-3 pr-1.5 text-small text-muted">
      <div className="min-w-0 flex-1 truncate" role="status">
        <Words guest={guest} name={name} status={status} />
      </div>
      {(spy || status?.role === "cowriter") && (
        <Button
          label={spy ? "Take control" : "Use my window's size"}
          icon={spy ? Keyboard : Scaling}
          small
          showLabel={spy ? "always" : "never"}
          blocked={status.right === "watch" ? ONLY_WATCH : undefined}
          hint={spy ? takingMeans(status) : "The console has the size of another's window"}
          onClick={() => {
            open?.session.take();
            open?.view.terminal.focus();
          }}
        />
      )}
      <Presence viewers={status?.viewers ?? []} me={status?.viewer} />
      {status?.right === "manage" && <SharingMenu guest={guest} name={name} status={status} />}
      <Tooltip text={spy ? "The console's size, which follows whoever types" : "Columns and rows of the console"}>
        <span className="hidden min-w-14 text-right sm:inline">
          {status === undefined ? "" : `${status.size.cols}×${status.size.rows}`}
        </span>
      </Tooltip>
      <Button label="Find (Ctrl+Shift+F)" icon={Search} variant="ghost" small showLabel="never" onClick={onFind} />
      <Button label="History: the whole log" icon={History} variant="ghost" small showLabel="never" onClick={onLog} />
      <KeysMenu onSend={(data) => open?.view.type(data)} />
      <Menu trigger={<Button label="Console options" icon={Ellipsis} variant="ghost" small showLabel="never" />}>
        <MenuItem label="Larger letters" icon={Plus} onSelect={() => setPreferences({ fontSize: fontSize + 1 })} />
        <MenuItem label="Smaller letters" icon={Minus} onSelect={() => setPreferences({ fontSize: fontSize - 1 })} />
        <MenuLine />
        <MenuChoice
          label="Colours"
          value={theme}
          choices={TERMINAL_THEMES}
          onChange={(chosen) => setPreferences({ theme: chosen })}
        />
        <MenuLine />
        <MenuCheck
          label="Copy what is selected"
          checked={copyOnSelect}
          onChange={(checked) => setPreferences({ copyOnSelect: checked })}
        />
        <MenuCheck
          label="Screen reader"
          checked={screenReader}
          onChange={(checked) => setPreferences({ screenReader: checked })}
        />
        <MenuLine />
        <MenuItem label="Send box" icon={SendHorizontal} onSelect={onSendBox} />
        <MenuItem
          label="Reset terminal"
          icon={RotateCcw}
          keys="Ctrl+Shift+X"
          onSelect={() => {
            open?.session.renewTerminal();
            open?.view.terminal.focus();
          }}
        />
        {onPopOut !== undefined && (
          <MenuItem
            label="Window of its own"
            icon={AppWindow}
            onSelect={() => {
              // The new window is to have the keyboard.
              open?.session.release();
              onPopOut();
            }}
          />
        )}
        <MenuItem
          label="Only watch"
          icon={Eye}
          blocked={spy ? "You are watching already." : undefined}
          onSelect={() => open?.session.release()}
        />
      </Menu>
      <Button
        label={alone ? "Leave full screen" : "Full screen"}
        icon={alone ? Minimize : Maximize}
        variant="ghost"
        small
        showLabel="never"
        onClick={() => onAlone(!alone)}
      />
    </div>
  );
};

const takingMeans = ({ rules, viewers }: ConsoleStatus): string => {
  const writer = viewers.find(({ role }) => role === "writer");
  if (writer === undefined) return "Nobody types here now";
  return rules.shared
    ? `${writer.user} types on; the console takes your window's size`
    : `${writer.user} types here now and would be watching`;
};

interface WordsProps {
  readonly guest: Guest;
  readonly name: string;
  readonly status: ConsoleStatus | undefined;
}

const Words = ({ guest, name, status }: WordsProps): ReactNode => {
  if (status === undefined || status.role === undefined) return "Connecting…";
  if (status.full !== undefined)
    return (
      <span className="text-moving">
        The guest takes no input: its program is busy, and its terminal full. {counted(status.full, "byte")} wait;
        Ctrl-C drops them.
      </span>
    );
  if (status.notice !== undefined) return <span className="text-moving">{status.notice}</span>;
  if (status.connection.kind !== "open") return "Not connected";
  if (status.connection.isDoubtful) return <span className="text-moving">The server does not answer.</span>;
  switch (guest.state) {
    case "starting":
    case "booting":
      return guest.progress ?? "Booting";
    case "stopping":
      return <Stopping guest={guest} />;
    case "running": {
      const channels = guest.consoles.find((console) => console.name === name)?.channel;
      const oneWay = channels === undefined ? null : oneWayWords(channels);
      if (oneWay !== null) return oneWay;
      if (status.filled === 0) return "Running and silent. Press Enter to see whether it answers.";
      return status.role === "spy" ? <Watching status={status} /> : <LeaveHint />;
    }
    default:
      return guest.progress;
  }
};

const LeaveHint = () => (
  <span className="hidden items-center gap-1.5 text-faint sm:inline-flex">
    <Kbd keys="Ctrl+F6" /> leaves the console
  </span>
);

const Watching = ({ status: { viewers } }: { status: ConsoleStatus }) => {
  const writer = viewers.find(({ role }) => role === "writer");
  return writer === undefined ? "Watching. Nobody types." : `Watching ${writer.user} (${writer.from})`;
};

const Stopping = ({ guest: { progress, stopDeadline } }: { guest: Guest }) => {
  const now = useNow();
  const left = stopDeadline === null ? undefined : Date.parse(stopDeadline) - now;
  if (left !== undefined && left <= 0) {
    return <span className="text-moving">It did not shut down in time. Wait on, or use Force off.</span>;
  }
  return (
    <>
      {progress ?? "Shutting down"}
      {left !== undefined && ` · ${formatDuration(left)} left`}
    </>
  );
};
