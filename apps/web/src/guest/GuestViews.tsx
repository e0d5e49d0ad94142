import type { Guest } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { PanelRight, SquareTerminal } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { meQuery } from "../api/queries.ts";
import { useShortcuts } from "../app/shortcuts.ts";
import { useMediaQuery } from "../app/useMediaQuery.ts";
import { EditDefinition } from "../definition/EditDefinition.tsx";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { type TabItem, Tabs } from "../ui/Tabs.tsx";
import { consoleNames } from "./consoleNames.ts";
import { GuestEvents } from "./GuestEvents.tsx";
import { Overview } from "./Overview.tsx";
import { Processes } from "./Processes.tsx";
import { useConsoleWindow } from "./useConsoleWindow.ts";

const Console = lazy(() => import("../console/Console.tsx"));
const LogView = lazy(() => import("../log/LogView.tsx"));
const KernelLog = lazy(async () => ({ default: (await import("../console/KernelLog.tsx")).KernelLog }));

const McPrompt = lazy(async () => ({ default: (await import("../mconsole/McPrompt.tsx")).McPrompt }));
const Inspect = lazy(async () => ({ default: (await import("../mconsole/Inspect.tsx")).Inspect }));
const SysRq = lazy(async () => ({ default: (await import("../mconsole/SysRq.tsx")).SysRq }));
const Crash = lazy(async () => ({ default: (await import("../mconsole/Crash.tsx")).Crash }));
const Debugger = lazy(async () => ({ default: (await import("../debugger/Debugger.tsx")).Debugger }));
const Devices = lazy(async () => ({ default: (await import("../mconsole/Devices.tsx")).Devices }));

const KERNEL_LOG = "kernel";
const CRASH = "crash";
const DEBUGGER = "debugger";
/** Views of the running kernel that want as much room as a console. */
const TOOLS: Readonly<Record<string, string>> = {
  inspect: "Inspect",
  sysrq: "SysRq",
  mconsole: "mconsole",
  [CRASH]: "Crash",
  [DEBUGGER]: "Debugger",
};
const DETAILS: readonly TabItem[] = [
  { value: "overview", label: "Overview" },
  { value: "devices", label: "Devices" },
  { value: "processes", label: "Processes" },
  { value: "definition", label: "Definition" },
  { value: "events", label: "Events" },
];
/** From this width on there is room for a console of 80 columns and the details beside it. */
const ROOM_FOR_BOTH = "(min-width: 1180px)";

const route = getRouteApi("/shell/guests/$id");

/** The consoles, and beside them, or behind tabs where it is narrow, all else about the guest. */
export const GuestViews = ({ guest }: { guest: Guest }) => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const roomy = useMediaQuery(ROOM_FOR_BOTH);
  const [panel, setPanel] = useState(true);
  const views = useRef<HTMLDivElement>(null);
  const { alone, setAlone } = useAlone();

  const admin = useQuery(meQuery).data?.user.role === "admin";
  const consoles = consolesOf(guest, admin);
  const chosen = consoles.find(({ value }) => value === search.console)?.value ?? consoles[0]?.value ?? KERNEL_LOG;
  const detail = DETAILS.find(({ value }) => value === search.tab)?.value;

  const show = (change: { console?: string; tab?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const showConsole = (console: string) =>
    void navigate({ search: ({ only }) => ({ console, ...(only !== undefined && { only }) }), replace: true });
  // The first step into the log is one that the browser's own button takes back.
  const showLog = (log: string) =>
    void navigate({ search: ({ tab, ...before }) => ({ ...before, console: chosen, log }), replace: "log" in search });
  const closeLog = () => void navigate({ search: ({ log, ...before }) => before, replace: true });
  const leave = () => views.current?.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();

  const openWindow = useConsoleWindow();
  useShortcuts({
    c: () => views.current?.querySelector<HTMLElement>(".xterm textarea")?.focus(),
    i: () => setPanel(!panel),
    f: () => setAlone(!alone),
    h: () => showLog("end"),
  });

  const consoleView =
    chosen === KERNEL_LOG ? (
      <KernelLog guest={guest} onLog={showLog} />
    ) : chosen in TOOLS ? (
      <Tool key={chosen} name={chosen} guest={guest} onLeave={leave} />
    ) : (
      <Console
        key={chosen}
        guest={guest}
        name={chosen}
        alone={alone}
        onAlone={setAlone}
        onLog={showLog}
        onPopOut={search.only === undefined ? () => openWindow(guest.definition.name, chosen) : undefined}
        onLeave={leave}
      />
    );
  const terminal = (
    <Suspense fallback={<div className="h-full bg-terminal" />}>
      {/* The console stays attached below its log. */}
      <div className="relative h-full">
        <div className="h-full" inert={search.log !== undefined}>
          {consoleView}
        </div>
        {search.log !== undefined && (
          <div className="absolute inset-0 z-20">
            <LogView key={chosen} guest={guest} name={chosen} place={search.log} onPlace={showLog} onClose={closeLog} />
          </div>
        )}
      </div>
    </Suspense>
  );
  const noConsole = consoleNames(guest).length === 0 && search.console === undefined && (
    <EmptyState icon={SquareTerminal} title="This guest has no console">
      Its definition names none that can be attached to.
    </EmptyState>
  );
  const frame = alone ? "fixed inset-0 z-30 bg-canvas" : "";

  if (!roomy) {
    return (
      <div ref={views} className={`flex min-h-0 flex-1 flex-col ${frame}`}>
        <Tabs
          label="Views"
          items={[...consoles, ...DETAILS]}
          value={detail ?? chosen}
          onChange={(value) =>
            consoles.some((each) => each.value === value) ? showConsole(value) : show({ tab: value })
          }
          className="flex-1"
        >
          {detail === undefined ? terminal : <Details guest={guest} detail={detail} />}
        </Tabs>
      </div>
    );
  }
  return (
    <div ref={views} className={`flex min-h-0 flex-1 ${frame}`}>
      <Tabs
        label="Consoles"
        items={consoles}
        value={chosen}
        onChange={(value) =>
          void navigate({ search: ({ log, ...rest }) => ({ ...rest, console: value }), replace: true })
        }
        className="flex-1"
        end={
          <span className="flex items-center pr-1.5">
            <Button
              label={panel ? "Hide the details (i)" : "Show the details (i)"}
              icon={PanelRight}
              variant="ghost"
              small
              showLabel="never"
              aria-expanded={panel}
              onClick={() => setPanel(!panel)}
            />
          </span>
        }
      >
        {noConsole || terminal}
      </Tabs>
      {panel && !alone && (
        <Tabs
          label="Details"
          items={DETAILS}
          value={detail ?? "overview"}
          onChange={(value) => show({ tab: value })}
          className="w-100 shrink-0 border-l border-line bg-surface"
        >
          <Details guest={guest} detail={detail ?? "overview"} />
        </Tabs>
      )}
    </div>
  );
};

const consolesOf = (guest: Guest, admin: boolean): TabItem[] => [
  ...consoleNames(guest).map((name) => ({ value: name, label: name })),
  { value: KERNEL_LOG, label: "Kernel log" },
  ...Object.entries(TOOLS)
    .filter(([value]) => value !== DEBUGGER || admin)
    .filter(([value]) => value !== CRASH || guest.ending?.kind === "panic" || guest.ending?.kind === "boot-failed")
    .map(([value, label]) => ({ value, label })),
];

const Tool = ({ name, guest, onLeave }: { name: string; guest: Guest; onLeave: () => void }): ReactNode => {
  if (name === "inspect") return <Inspect guest={guest} />;
  if (name === "sysrq") return <SysRq guest={guest} />;
  if (name === "mconsole") return <McPrompt guest={guest} onLeave={onLeave} />;
  if (name === DEBUGGER) return <Debugger guest={guest} onLeave={onLeave} />;
  return <Crash guest={guest} />;
};

const Details = ({ guest, detail }: { guest: Guest; detail: string }): ReactNode => {
  if (detail === "definition") return <EditDefinition key={guest.id} guest={guest} />;
  if (detail === "devices") {
    return (
      <Suspense fallback={null}>
        <Devices key={guest.id} guest={guest} />
      </Suspense>
    );
  }
  if (detail === "processes") return <Processes guest={guest} />;
  if (detail === "events") return <GuestEvents guest={guest} />;
  return <Overview guest={guest} />;
};

/** The console alone on the whole screen; the browser's own way out (Escape) leads back. */
const useAlone = () => {
  const [alone, setAloneState] = useState(false);
  const setAlone = useCallback((wanted: boolean) => {
    setAloneState(wanted);
    // The page itself goes full screen, so that dialogs stay visible; where it may not, it fills the window.
    if (wanted) void document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement !== null) void document.exitFullscreen();
  }, []);
  useEffect(() => {
    const onChange = () => document.fullscreenElement === null && setAloneState(false);
    document.addEventListener("fullscreenchange", onChange);
    return () => {
      document.removeEventListener("fullscreenchange", onChange);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, []);
  return { alone, setAlone };
};
