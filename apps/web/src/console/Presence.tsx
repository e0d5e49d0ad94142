import type { ViewerPresence, ViewerRole } from "@corral/contracts";
import { Eye, Keyboard, Users } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { Menu } from "../ui/Menu.tsx";
import { counted } from "../ui/quantities.ts";
import { Age } from "../ui/Time.tsx";

const DOES: Record<ViewerRole, string> = {
  writer: "types; the window follows theirs",
  cowriter: "types too",
  spy: "watches",
};

/** Who is at this console, from where, since when, and what they do. */
export const Presence = ({ viewers, me }: { viewers: readonly ViewerPresence[]; me: string | undefined }) => {
  if (viewers.length < 2) return null;
  return (
    <Menu trigger={<Button label={counted(viewers.length, "viewer")} icon={Users} variant="ghost" small />}>
      <ul aria-label="Viewers" className="max-w-80">
        {viewers.map(({ id, user, from, role, since }) => {
          const Icon = role === "spy" ? Eye : Keyboard;
          return (
            <li key={id} className="flex gap-2 px-2 py-1">
              <Icon aria-hidden size={14} className="mt-0.5 shrink-0 text-faint" />
              <div className="min-w-0">
                <p className="truncate">
                  {user}
                  {id === me && <span className="text-faint"> (you)</span>}
                </p>
                <p className="text-small text-muted">
                  {DOES[role]} · from {from} · came <Age at={since} />
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </Menu>
  );
};
