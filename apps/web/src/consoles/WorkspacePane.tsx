import type { Guest } from "@corral/contracts";
import { Link, useNavigate } from "@tanstack/react-router";
import { RadioTower, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { paths } from "../app/paths.ts";
import Console from "../console/Console.tsx";
import type { OpenConsole } from "../console/useConsole.ts";
import { useConsoleWindow } from "../guest/useConsoleWindow.ts";
import { Button } from "../ui/Button.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import type { Broadcast } from "./Broadcast.ts";
import type { Pane } from "./panes.ts";

interface WorkspacePaneProps {
  readonly pane: Pane;
  /** undefined: there is no such guest (any more). */
  readonly guest: Guest | undefined;
  readonly broadcast: Broadcast;
  /** What is typed into it goes to all that have this, and theirs to it. */
  readonly together: boolean;
  readonly alone: boolean;
  readonly onTogether: (together: boolean) => void;
  readonly onAlone: (alone: boolean) => void;
  readonly onClose: () => void;
}

/** One console of the workspace, with a line above it that says whose it is. */
export const WorkspacePane = (props: WorkspacePaneProps) => {
  const { pane, guest, broadcast, together, alone, onTogether, onAlone, onClose } = props;
  const [open, setOpen] = useState<OpenConsole>();
  const header = useRef<HTMLElement>(null);
  const openWindow = useConsoleWindow();
  const navigate = useNavigate();

  useEffect(() => {
    if (together && open !== undefined) return broadcast.join(open.view.terminal);
  }, [broadcast, together, open]);

  return (
    <section
      aria-label={`${pane.guest} ${pane.console}`}
      className={`flex min-h-0 min-w-0 flex-col border-2 ${together ? "border-moving" : "border-surface"}`}
    >
      <header
        ref={header}
        className={`flex h-8 shrink-0 items-center gap-2 pl-3 pr-1 text-small ${together ? "bg-moving text-canvas" : "bg-surface"}`}
      >
        {guest !== undefined && !together && <StateIcon state={guest.state} />}
        <Link {...paths.guest(pane.guest)} className="truncate font-medium underline-offset-2 hover:underline">
          {pane.guest}
        </Link>
        <span className={together ? "" : "text-faint"}>{pane.console}</span>
        <span className="flex-1" />
        <Button
          label={together ? "Typing together" : "Type together"}
          icon={RadioTower}
          small
          variant={together ? "secondary" : "ghost"}
          showLabel={together ? "always" : "never"}
          aria-pressed={together}
          onClick={() => onTogether(!together)}
        />
        <Button
          label={`Close ${pane.guest} ${pane.console}`}
          icon={X}
          small
          variant={together ? "secondary" : "ghost"}
          showLabel="never"
          onClick={onClose}
        />
      </header>
      <div className="min-h-0 flex-1">
        {guest === undefined ? (
          <p className="p-4 text-muted">There is no guest called {pane.guest}. It was renamed or deleted.</p>
        ) : (
          <Console
            guest={guest}
            name={pane.console}
            alone={alone}
            onAlone={onAlone}
            onOpen={setOpen}
            onLog={(place) => void navigate(paths.log(pane.guest, pane.console, place))}
            onPopOut={() => openWindow(pane.guest, pane.console)}
            onLeave={() => header.current?.querySelector("button")?.focus()}
          />
        )}
      </div>
    </section>
  );
};
