import type { GuestDebugger, GuestState } from "@corral/contracts";

const looks: Record<GuestState, { readonly color: string; readonly words: string }> = {
  stopped: { color: "text-off", words: "Stopped" },
  starting: { color: "text-moving", words: "Starting" },
  booting: { color: "text-moving", words: "Booting" },
  running: { color: "text-on", words: "Running" },
  paused: { color: "text-paused", words: "Paused" },
  stopping: { color: "text-moving", words: "Stopping" },
  crashed: { color: "text-wrong", words: "Crashed" },
};

/** Each state has a shape as well as a colour, for those who cannot tell the colours apart. */
export const StateIcon = ({ state }: { state: GuestState }) => (
  <svg aria-hidden viewBox="0 0 12 12" className={`size-3 shrink-0 ${looks[state].color}`}>
    {shapeOf(state)}
  </svg>
);

const shapeOf = (state: GuestState) => {
  switch (state) {
    case "running":
      return <circle cx="6" cy="6" r="4" fill="currentColor" />;
    case "stopped":
      return <circle cx="6" cy="6" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />;
    case "paused":
      return <path d="M3.2 2.2h2v7.6h-2zM6.8 2.2h2v7.6h-2z" fill="currentColor" />;
    case "crashed":
      return <path d="M6 1.4 11.2 10.6H.8z" fill="currentColor" />;
    default:
      return (
        <g className="turning origin-center" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
          <circle cx="6" cy="6" r="4" strokeOpacity="0.25" />
          <path d="M6 2a4 4 0 0 1 4 4" />
        </g>
      );
  }
};

export const stateInWords = (state: GuestState): string => looks[state].words;

interface StateBadgeProps {
  readonly state: GuestState;
  /** What gdb holds stands still, whatever state it is in. */
  readonly debugger?: GuestDebugger | null;
}

export const StateBadge = ({ state, debugger: held = null }: StateBadgeProps) => (
  <span className="inline-flex items-center gap-2">
    <StateIcon state={held?.holds ? "paused" : state} />
    <span className={state === "stopped" ? "text-muted" : looks[held?.holds ? "paused" : state].color}>
      {held?.holds ? "Held by gdb" : looks[state].words}
    </span>
  </span>
);
