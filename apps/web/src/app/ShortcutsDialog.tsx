import { Dialog } from "../ui/Dialog.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { SHORTCUTS } from "./shortcuts.ts";

const ShortcutsDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
    <div className="columns-1 gap-10 sm:columns-2">
      {SHORTCUTS.map(({ title, shortcuts }) => (
        <section key={title} className="mb-5 break-inside-avoid">
          <h3 className="mb-1 text-small font-medium text-faint">{title}</h3>
          <dl>
            {shortcuts.map(({ keys, does }) => (
              <div key={keys} className="flex items-baseline justify-between gap-3 py-1">
                <dt>{does}</dt>
                <dd>
                  <Kbd keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  </Dialog>
);

export default ShortcutsDialog;
