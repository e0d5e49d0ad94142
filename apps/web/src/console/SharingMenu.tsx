import type { Guest } from "@corral/contracts";
import { History, Link2, Share2 } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuCheck, MenuItem, MenuLine, MenuNote } from "../ui/Menu.tsx";
import type { ConsoleStatus } from "./ConsoleStatus.ts";
import { TypedDialog } from "./TypedDialog.tsx";
import { WatchLinksDialog } from "./WatchLinksDialog.tsx";

interface SharingMenuProps {
  readonly guest: Guest;
  readonly name: string;
  readonly status: ConsoleStatus;
}

/** What whoever manages the guest decides for all who come to its consoles. */
export const SharingMenu = ({ guest: { id }, name, status: { rules } }: SharingMenuProps) => {
  const [dialog, setDialog] = useState<"links" | "typed">();
  const share = async (on: boolean) => {
    // The list of all consoles is one value: asked for anew, lest what another has just changed be lost.
    const { shared } = await api.getTyping({ params: { id } });
    const others = shared.filter((each) => each !== name);
    await api.changeTyping({ params: { id }, body: { shared: on ? [...others, name] : others } });
  };
  const record = (recorded: boolean) => api.changeTyping({ params: { id }, body: { recorded } });
  return (
    <>
      <Menu trigger={<Button label="Sharing" icon={Share2} variant="ghost" small showLabel="never" />}>
        <MenuCheck
          label={`Type into ${name} together`}
          checked={rules.shared}
          onChange={(on) => void share(on).catch(toastError)}
        />
        <MenuCheck
          label="Record what is typed"
          checked={rules.recorded}
          onChange={(on) => void record(on).catch(toastError)}
        />
        <MenuNote>Everybody at the guest's consoles is told of either.</MenuNote>
        <MenuLine />
        <MenuItem label="Watch-only links" icon={Link2} onSelect={() => setDialog("links")} />
        <MenuItem label="What was typed" icon={History} onSelect={() => setDialog("typed")} />
      </Menu>
      {dialog === "links" && <WatchLinksDialog guest={id} console={name} onClose={() => setDialog(undefined)} />}
      {dialog === "typed" && <TypedDialog guest={id} onClose={() => setDialog(undefined)} />}
    </>
  );
};
