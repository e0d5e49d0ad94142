import { useState } from "react";
import { Button } from "../ui/Button.tsx";
import { visibleKeys } from "./visibleKeys.ts";

/** What was typed and did not arrive. It may be a password: what it was is shown when asked for. */
export const UnsentNotice = ({ text, onClose }: { text: string; onClose: () => void }) => {
  const [shown, setShown] = useState(false);
  const { length } = [...text];
  return (
    <section
      aria-label="Not sent"
      // Over the terminal: beside it, it would change the size of the guest's window.
      className="entering absolute bottom-3 right-4 z-10 flex w-100 max-w-[calc(100%-2rem)] items-center gap-3 rounded-lg border border-line bg-raised py-2 pl-4 pr-2 text-small text-muted shadow-raised"
    >
      <div role="status" className="min-w-0 flex-1">
        {length === 1
          ? "One character that you typed was not sent."
          : `${length} characters that you typed were not sent.`}
        {shown && <p className="mt-1 max-h-24 overflow-y-auto break-all font-mono text-ink">{visibleKeys(text)}</p>}
      </div>
      <Button label={shown ? "Hide" : "Show"} small variant="ghost" onClick={() => setShown(!shown)} />
      <Button label="Close" small onClick={onClose} />
    </section>
  );
};
