import { type Guest, OPERATIONS } from "@corral/contracts";
import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { paths } from "../app/paths.ts";
import { Button } from "../ui/Button.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { BUTTONS, blockedBy, OPERATION_ICONS, type Operation, useOperations } from "./operations.tsx";

/** A thin line after each of these. */
const GROUP_ENDS: ReadonlySet<Operation> = new Set<Operation>(["ctrl-alt-del", "resume", "force-restart"]);

export const GuestHeader = ({ guest }: { guest: Guest }) => (
  <header className="@container shrink-0 border-b border-line">
    <div className="flex min-h-(--header) flex-wrap items-center gap-x-4 px-4 @3xl:flex-nowrap sm:px-5">
      <div className="flex h-(--header) min-w-0 flex-1 basis-full items-center gap-1.5 @3xl:basis-0">
        <Link {...paths.fleet()} className="rounded-sm text-muted hover:text-ink">
          Fleet
        </Link>
        <ChevronRight aria-hidden size={14} className="shrink-0 text-faint" />
        <h1 className="truncate text-title font-semibold">{guest.definition.name}</h1>
        <span className="ml-2.5 shrink-0" role="status">
          <StateBadge state={guest.state} debugger={guest.debugger} />
        </span>
      </div>
      <PowerButtons guest={guest} />
    </div>
  </header>
);

const PowerButtons = ({ guest }: { guest: Guest }) => {
  const { operate, busy } = useOperations();
  const navigate = useNavigate();
  const press = async (operation: Operation) => {
    const done = await operate(operation, [guest]);
    if (done && operation === "delete") await navigate(paths.fleet());
  };
  return (
    <div
      role="toolbar"
      aria-label="Power"
      className="flex max-w-full shrink-0 items-center gap-0.5 overflow-x-auto pb-2 @3xl:pb-0 max-sm:-mx-2"
    >
      {BUTTONS.map((operation) => {
        const blocked = blockedBy(operation, guest);
        return (
          <span key={operation} className="flex items-center">
            <Button
              label={OPERATIONS[operation].label}
              icon={OPERATION_ICONS[operation]}
              variant={operation === "start" && blocked === undefined ? "primary" : "ghost"}
              showLabel="wide"
              busy={busy.has(`${guest.id}:${operation}`)}
              blocked={blocked}
              hint={OPERATIONS[operation].meaning}
              onClick={() => void press(operation)}
            />
            {GROUP_ENDS.has(operation) && <span aria-hidden className="mx-1 h-4 w-px shrink-0 bg-line" />}
          </span>
        );
      })}
    </div>
  );
};
