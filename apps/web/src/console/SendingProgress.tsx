import type { SendingState } from "./EchoedInput.ts";

/** How far a text that is typed in pieces has come, and what stands in its way. */
export const SendingProgress = ({ state: { phase, sent, total } }: { state: SendingState }) => {
  switch (phase) {
    case "sending":
      return (
        <progress
          aria-label="Sent"
          max={total}
          value={sent}
          className="h-1.5 w-full max-w-60 align-middle accent-(--ink)"
        />
      );
    case "silent":
      return (
        <span className="text-moving">
          No echo of what was sent: the guest is busy, or asks for a password. It may not have arrived.
        </span>
      );
    case "stopped":
      return `Stopped after ${sent} of ${total} characters.`;
    case "done":
      return "All of it was sent.";
  }
};
