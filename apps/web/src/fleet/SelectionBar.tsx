import { type Guest, guestCan, OPERATIONS } from "@corral/contracts";
import { useNavigate } from "@tanstack/react-router";
import { LayoutGrid, X } from "lucide-react";
import { paths } from "../app/paths.ts";
import { formatPanes } from "../consoles/panes.ts";
import { consoleNames } from "../guest/consoleNames.ts";
import { OPERATION_ICONS, type Operation, useOperations } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { counted } from "../ui/quantities.ts";

const BULK: readonly Operation[] = ["start", "shutdown", "restart", "force-off", "delete"];

/** Stands in the filter's place while guests are selected, so that no row moves. */
export const SelectionBar = ({ guests, onClear }: { guests: readonly Guest[]; onClear: () => void }) => {
  const { operate, busy } = useOperations();
  const navigate = useNavigate();
  const panes = guests.flatMap((guest) =>
    consoleNames(guest)
      .slice(0, 1)
      .map((console) => ({ guest: guest.definition.name, console })),
  );
  return (
    <div
      role="toolbar"
      aria-label="Selected guests"
      className="@container flex w-full items-center gap-2 overflow-x-auto"
    >
      <Button label="Clear the selection" icon={X} variant="ghost" showLabel="never" onClick={onClear} />
      <span className="mr-2 shrink-0" role="status">
        {guests.length} selected
      </span>
      <Button
        label="Consoles"
        icon={LayoutGrid}
        showLabel="wide"
        blocked={panes.length === 0 ? "None of the selected guests has a console." : undefined}
        hint="Open their consoles side by side"
        onClick={() => void navigate(paths.consoles(formatPanes(panes)))}
      />
      {BULK.map((operation) => {
        const able = guests.filter((guest) => guestCan(operation, guest).allowed);
        const { label } = OPERATIONS[operation];
        return (
          <Button
            key={operation}
            label={label}
            icon={OPERATION_ICONS[operation]}
            showLabel="wide"
            busy={guests.some(({ id }) => busy.has(`${id}:${operation}`))}
            blocked={able.length === 0 ? `${label} is possible for none of the selected guests.` : undefined}
            hint={
              able.length < guests.length ? `${label} ${counted(able.length, "guest")} of ${guests.length}` : undefined
            }
            onClick={() => void operate(operation, able)}
          />
        );
      })}
    </div>
  );
};
