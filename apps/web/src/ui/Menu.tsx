import type { LucideIcon } from "lucide-react";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { createContext, type ReactNode, useCallback, useContext, useRef } from "react";
import { Kbd } from "./Kbd.tsx";

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactNode;
  readonly children: ReactNode;
}

/**
 * What was chosen is done when the menu is gone and its button has the focus again: a dialog that opens then knows
 * where to give the focus back to.
 */
const Chosen = createContext<(action: () => void) => void>((action) => action());

export const Menu = ({ trigger, children }: MenuProps) => {
  const chosen = useRef<() => void>(undefined);
  const choose = useCallback((action: () => void) => {
    chosen.current = action;
  }, []);
  const onClosed = () => {
    const action = chosen.current;
    chosen.current = undefined;
    if (action !== undefined) setTimeout(action);
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={onClosed}
          className="entering z-60 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-raised"
        >
          <Chosen value={choose}>{children}</Chosen>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};

const itemLook =
  "flex min-h-[30px] select-none items-center gap-2 rounded-sm px-2 outline-none data-highlighted:bg-pressed data-disabled:text-faint";

interface MenuItemProps {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly keys?: string;
  readonly blocked?: string | undefined;
  readonly dangerous?: boolean;
  readonly onSelect: () => void;
}

export const MenuItem = ({ label, icon: Icon, keys, blocked, dangerous = false, onSelect }: MenuItemProps) => {
  const choose = useContext(Chosen);
  return (
    <DropdownMenu.Item
      disabled={blocked !== undefined}
      title={blocked}
      onSelect={() => choose(onSelect)}
      className={`${itemLook} ${dangerous && blocked === undefined ? "text-wrong" : ""}`}
    >
      <span className="grid w-4 place-items-center">{Icon !== undefined && <Icon aria-hidden size={14} />}</span>
      <span className="flex-1">{label}</span>
      {keys !== undefined && <Kbd keys={keys} />}
    </DropdownMenu.Item>
  );
};

/** One of many short ones that stand side by side. */
export const MenuKey = ({ label, onSelect }: { label: string; onSelect: () => void }) => {
  const choose = useContext(Chosen);
  return (
    <DropdownMenu.Item onSelect={() => choose(onSelect)} className={`${itemLook} justify-center text-small`}>
      {label}
    </DropdownMenu.Item>
  );
};

export const MenuNote = ({ children }: { children: ReactNode }) => (
  <p className="max-w-60 px-2 py-1 text-small text-faint">{children}</p>
);

interface MenuChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

/** One of several. */
export const MenuChoice = <T extends string>({ label, value, choices, onChange }: MenuChoiceProps<T>) => (
  <DropdownMenu.RadioGroup value={value} onValueChange={(chosen) => onChange(chosen as T)} aria-label={label}>
    <DropdownMenu.Label className="px-2 pb-0.5 pt-1 text-small text-faint">{label}</DropdownMenu.Label>
    {Object.entries<string>(choices).map(([choice, words]) => (
      <DropdownMenu.RadioItem key={choice} value={choice} className={itemLook}>
        <span className="grid w-4 place-items-center">
          <DropdownMenu.ItemIndicator>
            <Check aria-hidden size={14} />
          </DropdownMenu.ItemIndicator>
        </span>
        {words}
      </DropdownMenu.RadioItem>
    ))}
  </DropdownMenu.RadioGroup>
);

interface MenuCheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export const MenuCheck = ({ label, checked, onChange }: MenuCheckProps) => (
  <DropdownMenu.CheckboxItem checked={checked} onCheckedChange={onChange} className={itemLook}>
    <span className="grid w-4 place-items-center">
      <DropdownMenu.ItemIndicator>
        <Check aria-hidden size={14} />
      </DropdownMenu.ItemIndicator>
    </span>
    {label}
  </DropdownMenu.CheckboxItem>
);

export const MenuLine = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
