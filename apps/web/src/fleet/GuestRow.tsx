import { type Guest, OPERATIONS } from "@corral/contracts";
import { Link } from "@tanstack/react-router";
import { Ellipsis, SquareTerminal } from "lucide-react";
import { memo } from "react";
import { paths } from "../app/paths.ts";
import { BUTTONS, blockedBy, OPERATION_ICONS, type Operation, useOperations } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/Menu.tsx";
import { formatMebibytes } from "../ui/quantities.ts";
import { Td } from "../ui/Table.tsx";
import type { Column } from "./columns.tsx";

interface GuestRowProps {
  readonly guest: Guest;
  readonly columns: readonly Column[];
  readonly rowRef: (row: HTMLTableRowElement | null) => void;
  /** It is the one row of the table in the tab order. */
  readonly atCursor: boolean;
  readonly selected: boolean;
  readonly onFocus: () => void;
  readonly onSelect: () => void;
  readonly onOpen: () => void;
}

export const GuestRow = memo(
  ({ guest, columns, rowRef, atCursor, selected, onFocus, onSelect, onOpen }: GuestRowProps) => {
    const { name } = guest.definition;
    const tabIndex = atCursor ? 0 : -1;
    return (
      <tr
        ref={rowRef}
        tabIndex={tabIndex}
        aria-selected={selected}
        aria-label={name}
        onFocus={onFocus}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest("a, button, input") === null) onOpen();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.target !== event.currentTarget) return;
          // The console takes the focus, and must not get this same key press.
          event.preventDefault();
          onOpen();
        }}
        className={`outline-offset-[-1px] hover:bg-hover focus-visible:bg-hover focus-visible:outline-1 ${selected ? "bg-selected" : ""}`}
      >
        <Td className="hidden pl-5! sm:table-cell">
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            tabIndex={tabIndex}
            checked={selected}
            onChange={onSelect}
          />
        </Td>
        {columns.map(({ id, className, look = "", cell }) => (
          <Td key={id} className={`${className} ${look} ${id === "state" ? "max-sm:pl-4" : ""}`}>
            {id === "name" ? <NameCell guest={guest} tabIndex={tabIndex} /> : cell(guest)}
          </Td>
        ))}
        <Td className="pr-4!">
          <RowActions guest={guest} tabIndex={tabIndex} onOpen={onOpen} />
        </Td>
      </tr>
    );
  },
  (before, after) =>
    before.guest === after.guest &&
    before.columns === after.columns &&
    before.atCursor === after.atCursor &&
    before.selected === after.selected,
);

const NameCell = ({ guest, tabIndex }: { guest: Guest; tabIndex: number }) => {
  const { definition, state, ending } = guest;
  const remark =
    state === "crashed" ? ending?.message : (guest.progress ?? guest.statusLine?.text ?? definition.description);
  return (
    <span className="flex min-w-0 flex-col sm:flex-row sm:items-baseline sm:gap-3">
      <Link
        {...paths.guest(definition.name)}
        tabIndex={tabIndex}
        className="shrink-0 truncate font-medium underline-offset-2 hover:underline sm:max-w-[70%]"
      >
        {definition.name}
      </Link>
      <span
        className={`hidden min-w-0 truncate text-small sm:block ${state === "crashed" ? "text-wrong" : "text-faint"}`}
        title={remark}
      >
        {remark}
      </span>
      <span className="truncate text-small text-faint sm:hidden">
        {[formatMebibytes(definition.memoryMiB), ...definition.tags].join(" · ")}
      </span>
    </span>
  );
};

/** The one thing that is most often wanted in this state. */
const usual = ({ state }: Guest): Operation =>
  state === "stopped" || state === "crashed" ? "start" : state === "paused" ? "resume" : "shutdown";

const RowActions = ({ guest, tabIndex, onOpen }: { guest: Guest; tabIndex: number; onOpen: () => void }) => {
  const { operate, busy } = useOperations();
  const operation = usual(guest);
  return (
    <span className="flex justify-end">
      <Button
        label={`${OPERATIONS[operation].label} ${guest.definition.name}`}
        icon={OPERATION_ICONS[operation]}
        variant="ghost"
        small
        showLabel="never"
        tabIndex={tabIndex}
        blocked={blockedBy(operation, guest)}
        busy={busy.has(`${guest.id}:${operation}`)}
        onClick={() => void operate(operation, [guest])}
        className="max-sm:hidden"
      />
      <Menu
        trigger={
          <Button
            label={`Actions for ${guest.definition.name}`}
            icon={Ellipsis}
            variant="ghost"
            small
            showLabel="never"
            tabIndex={tabIndex}
          />
        }
      >
        <MenuItem label="Console" icon={SquareTerminal} keys="Enter" onSelect={onOpen} />
        <MenuLine />
        {BUTTONS.map((each) => (
          <MenuItem
            key={each}
            label={OPERATIONS[each].label}
            icon={OPERATION_ICONS[each]}
            blocked={blockedBy(each, guest)}
            dangerous={each === "delete"}
            onSelect={() => void operate(each, [guest])}
          />
        ))}
      </Menu>
    </span>
  );
};
