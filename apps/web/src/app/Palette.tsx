import { type Guest, meantBy, OPERATIONS } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Keyboard, type LucideIcon, Monitor, Moon, Plus, RotateCcw, Sun } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { guestsQuery } from "../api/queries.ts";
import { consoleInUse } from "../console/consoleInUse.ts";
import { BUTTONS, blockedBy, OPERATION_ICONS, useOperations } from "../guest/operations.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { StateIcon, stateInWords } from "../ui/StateBadge.tsx";
import { useFocusReturn } from "../ui/useFocusReturn.ts";
import { paletteMatch } from "./paletteMatch.ts";
import { paths } from "./paths.ts";
import { usePlaces } from "./Rail.tsx";
import { recentGuests } from "./recentGuests.ts";
import { useOpenDialog } from "./shellDialogs.ts";
import { setTheme, THEMES } from "./theme.ts";

const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** More would hide what matters; typing narrows them down. */
const GUESTS_WITHOUT_SEARCH = 8;

const Palette = ({ onClose }: { onClose: () => void }) => {
  const navigate = useNavigate();
  const openDialog = useOpenDialog();
  const { operate } = useOperations();
  const guests = useQuery(guestsQuery).data ?? [];
  const places = usePlaces();
  const [text, setText] = useState("");
  const returnFocus = useFocusReturn();
  const open = useOpenGuest(guests);
  const console = consoleInUse();
  const [recent] = useState(recentGuests);
  const sorted = byPlace(guests, [...(open === undefined ? [] : [open.id]), ...recent]);
  const listed = text === "" ? sorted.slice(0, GUESTS_WITHOUT_SEARCH) : sorted;
  /** Operations on the guest that is open stand first; on others, only once something was typed. */
  const operable = text === "" ? guests.filter((guest) => guest === open) : guests;

  const run = (action: () => unknown) => () => {
    onClose();
    action();
  };

  return (
    <Dialog.Root open onOpenChange={(stays) => !stays && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className="entering fixed inset-x-3 top-[8vh] z-50 mx-auto max-w-150 overflow-hidden rounded-lg border border-line bg-raised shadow-raised outline-none"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Command
            loop
            label="Command palette"
            filter={(_, typed, [name = "", ...others] = []) => paletteMatch(typed, name, others)}
          >
            <Command.Input
              value={text}
              onValueChange={setText}
              placeholder="Go to, open a guest, or do something…"
              className="h-12 w-full border-b border-line bg-transparent px-4 text-title outline-none"
            />
            <Command.List className="max-h-[min(420px,60vh)] scroll-py-2 overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-muted">Nothing is called “{text}”.</Command.Empty>
              {open !== undefined && text === "" && (
                <Operations guests={operable} run={run} operate={operate} title={open.definition.name} />
              )}
              <Group title="Guests">
                {listed.map((guest) => (
                  <Item
                    key={guest.id}
                    value={`open ${guest.id}`}
                    words={[guest.definition.name, "open", "guest"]}
                    onSelect={run(() => navigate(paths.guest(guest.definition.name)))}
                  >
                    <StateIcon state={guest.state} />
                    <span className="flex-1 truncate">{guest.definition.name}</span>
                    <span className="text-small text-faint">{stateInWords(guest.state)}</span>
                  </Item>
                ))}
                <Item value="new guest" words={["New guest", "create"]} onSelect={() => openDialog("new-guest")}>
                  <Icon icon={Plus} />
                  <span className="flex-1">New guest</span>
                  <Kbd keys="n" />
                </Item>
              </Group>
              {text !== "" && <Operations guests={operable} run={run} operate={operate} title="Do" />}
              <Group title="Go to">
                {places.map(({ place, label, icon, keys }) => (
                  <Item
                    key={label}
                    value={`go to ${label}`}
                    words={[label, "go to"]}
                    onSelect={run(() => navigate(place))}
                  >
                    <Icon icon={icon} />
                    <span className="flex-1">{label}</span>
                    <Kbd keys={keys} />
                  </Item>
                ))}
              </Group>
              <Group title="Page">
                {THEMES.map((theme) => (
                  <Item
                    key={theme}
                    value={`theme ${theme}`}
                    words={[`Theme: ${theme}`, "dark light"]}
                    onSelect={run(() => setTheme(theme))}
                  >
                    <Icon icon={THEME_ICONS[theme]} />
                    <span className="flex-1">Theme: {theme === "system" ? "as the system" : theme}</span>
                  </Item>
                ))}
                {console !== undefined && (
                  <Item
                    value="reset terminal"
                    words={["Reset terminal", "console modes mouse"]}
                    onSelect={run(() => console.session.renewTerminal())}
                  >
                    <Icon icon={RotateCcw} />
                    <span className="flex-1">Reset terminal</span>
                    <Kbd keys="Ctrl+Shift+X" />
                  </Item>
                )}
                <Item value="shortcuts" words={["Keyboard shortcuts", "help"]} onSelect={() => openDialog("shortcuts")}>
                  <Icon icon={Keyboard} />
                  <span className="flex-1">Keyboard shortcuts</span>
                  <Kbd keys="?" />
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

/** Those that are named first, in that order, then the others. */
const byPlace = (guests: readonly Guest[], first: readonly string[]): readonly Guest[] => {
  const known = new Map(guests.map((guest) => [guest.id, guest]));
  const chosen = [...new Set(first)].flatMap((id) => known.get(id) ?? []);
  return [...chosen, ...guests.filter((guest) => !chosen.includes(guest))];
};

const useOpenGuest = (guests: readonly Guest[]): Guest | undefined => {
  const { pathname } = useLocation();
  const id = /^\/guests\/([^/]+)/.exec(pathname)?.[1];
  return meantBy(guests, id, ({ definition }) => definition.name);
};

interface OperationsProps {
  readonly title: string;
  readonly guests: readonly Guest[];
  readonly run: (action: () => unknown) => () => void;
  readonly operate: ReturnType<typeof useOperations>["operate"];
}

const Operations = ({ title, guests, run, operate }: OperationsProps) => (
  <Group title={title}>
    {guests.flatMap((guest) =>
      BUTTONS.filter((operation) => blockedBy(operation, guest) === undefined).map((operation) => (
        <Item
          key={`${guest.id} ${operation}`}
          value={`${operation} ${guest.id}`}
          words={[`${OPERATIONS[operation].label} ${guest.definition.name}`]}
          onSelect={run(() => operate(operation, [guest], true))}
        >
          <Icon icon={OPERATION_ICONS[operation]} />
          <span className="flex-1 truncate">
            {OPERATIONS[operation].label} <span className="text-muted">{guest.definition.name}</span>
          </span>
        </Item>
      )),
    )}
  </Group>
);

const Icon = ({ icon: Shape }: { icon: LucideIcon }) => <Shape aria-hidden size={15} className="shrink-0 text-muted" />;

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <Command.Group
    heading={title}
    className="**:[[cmdk-group-heading]]:px-2.5 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:pt-2 **:[[cmdk-group-heading]]:text-small **:[[cmdk-group-heading]]:text-faint"
  >
    {children}
  </Command.Group>
);

interface ItemProps {
  /** Tells it from all others. */
  readonly value: string;
  /** What is read of it, and other words that it is found by. */
  readonly words: readonly string[];
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

const Item = ({ value, words, onSelect, children }: ItemProps) => (
  <Command.Item
    value={value}
    keywords={[...words]}
    onSelect={onSelect}
    className="flex h-[34px] select-none items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-pressed"
  >
    {children}
  </Command.Item>
);

export default Palette;
