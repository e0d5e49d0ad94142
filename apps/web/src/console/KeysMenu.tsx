import { Keyboard } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuItem, MenuKey, MenuLine, MenuNote } from "../ui/Menu.tsx";
import { BROWSER_CHORDS, FUNCTION_KEYS, type KeyChord, TOUCH_CHORDS } from "./keyChords.ts";

interface KeysMenuProps {
  readonly onSend: (data: string) => void;
}

/** Keys that never reach the page, to be sent with a click. */
export const KeysMenu = ({ onSend }: KeysMenuProps) => {
  const keyOf = ({ keys, sends }: KeyChord) => <MenuKey key={keys} label={keys} onSelect={() => onSend(sends)} />;
  return (
    <Menu trigger={<Button label="Send keys" icon={Keyboard} variant="ghost" small showLabel="never" />}>
      {BROWSER_CHORDS.map(({ keys, sends }) => (
        <MenuItem key={keys} label={keys} onSelect={() => onSend(sends)} />
      ))}
      <MenuLine />
      <div className="grid grid-cols-4">{FUNCTION_KEYS.map(keyOf)}</div>
      <MenuLine />
      <div className="grid grid-cols-4">{TOUCH_CHORDS.map(keyOf)}</div>
      <MenuLine />
      <MenuNote>
        Ctrl+Alt+Del goes to the program that reads the console; the kernel's own is Shut down. There is no break: UML's
        lines cannot carry one.
      </MenuNote>
    </Menu>
  );
};
