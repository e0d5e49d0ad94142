import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button } from "./Button.tsx";

/** How long the tick stays after copying. */
const TICK_MS = 1500;

/** Copies text, or says why it cannot: browsers refuse where the page came over plain http from another machine. */
export const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast.error("The browser does not allow copying here. Select the text and copy it by hand.");
    return false;
  }
};

export const CopyButton = ({ text, label = "Copy" }: { text: string; label?: string }) => {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TICK_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      label={copied ? "Copied" : label}
      icon={copied ? Check : CopyIcon}
      variant="ghost"
      small
      showLabel="never"
      onClick={async () => setCopied(await copyText(text))}
    />
  );
};

/** The same thing as a command line. */
export const CommandLine = ({ command }: { command: string }) => (
  <div className="flex min-w-0 items-center gap-1 rounded-md bg-sunken py-0.5 pl-2.5 pr-0.5">
    <code className="min-w-0 flex-1 overflow-x-auto whitespace-nowrap font-mono text-small text-muted">
      <span aria-hidden className="select-none text-faint">
        ${" "}
      </span>
      {command}
    </code>
    <CopyButton text={command} label="Copy the command" />
  </div>
);
