import type { Guest } from "@corral/contracts";
import { History } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { useLogTail } from "./useLogTail.ts";

/** A reader this close to the end wants to stay at the end. */
const AT_END_PX = 24;

/** What the guest's kernel said, to read only. It follows the end until a reader scrolls up. */
export const KernelLog = ({ guest, onLog }: { guest: Guest; onLog: (place: string) => void }) => {
  const { text, loaded, error } = useLogTail(guest.id, "kernel");
  const box = useRef<HTMLPreElement>(null);
  const following = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever there is more to read
  useLayoutEffect(() => {
    if (following.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text]);

  return (
    <section aria-label="Kernel log" className="flex h-full min-h-0 flex-col bg-terminal">
      {error !== undefined && (
        <div className="p-3">
          <Notice kind="warning">{error}</Notice>
        </div>
      )}
      <pre
        ref={box}
        // A keyboard must be able to scroll it.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          following.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
        }}
        className="min-h-0 flex-1 overflow-auto whitespace-pre-wrap px-3 py-2 font-mono text-small outline-offset-[-2px] wrap-anywhere"
      >
        {text}
        {loaded && text === "" && error === undefined && (
          <span className="text-faint">Nothing yet. The kernel writes here from its first moment on.</span>
        )}
      </pre>
      <div className="@container flex h-9 shrink-0 items-center gap-3 border-t border-line bg-surface px-3 text-small text-muted">
        <span className="flex-1 truncate">Read only. It goes on while nobody looks.</span>
        <Button
          label="History, search, download"
          icon={History}
          variant="ghost"
          small
          showLabel="wide"
          onClick={() => onLog("end")}
        />
      </div>
    </section>
  );
};
