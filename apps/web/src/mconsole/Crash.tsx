import { type Guest, LOG_READ_MAXIMUM_BYTES } from "@corral/contracts";
import { HeartCrack } from "lucide-react";
import type { ReactNode } from "react";
import { useLogTail } from "../console/useLogTail.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { crashIn } from "./crashReport.ts";

/** The last panic in the kernel log: what was said, the registers, the way there. */
export const Crash = ({ guest }: { guest: Guest }) => {
  const { text, loaded } = useLogTail(guest.id, "kernel");
  const crash = crashIn(text.slice(-LOG_READ_MAXIMUM_BYTES));
  if (crash === null) {
    if (!loaded) return null;
    return (
      <EmptyState icon={HeartCrack} title="No panic in the kernel log">
        Nothing in the part of it that is kept at hand. The whole log is behind the tab Kernel log.
      </EmptyState>
    );
  }
  return (
    <section aria-label="Crash" className="h-full overflow-auto p-4">
      <div className="mb-4 flex items-start gap-2">
        <h2 className="min-w-0 flex-1 text-title font-semibold wrap-anywhere">{crash.message}</h2>
        <CopyButton text={crash.text} label="Copy the whole report" />
      </div>
      <Lines title="Call trace" lines={crash.trace} />
      <Lines title="Registers" lines={crash.registers} />
      <Lines title="As printed" lines={crash.text.split("\n")} />
    </section>
  );
};

const Lines = ({ title, lines }: { title: string; lines: readonly string[] }): ReactNode =>
  lines.length > 0 && (
    <div className="mb-4">
      <h3 className="mb-1 text-small font-medium text-faint">{title}</h3>
      <pre className="overflow-x-auto rounded-md bg-sunken p-2 font-mono text-small">{lines.join("\n")}</pre>
    </div>
  );
