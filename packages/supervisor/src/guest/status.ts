import type { Ending, GuestDebugger, GuestLinkState, GuestState, GuestVitals, StatusLine } from "@corral/contracts";

/** What the supervisor knows of one guest. Plain data. */
export interface GuestStatus {
  readonly id: string;
  readonly state: GuestState;
  readonly since: string;
  readonly startedAt: string | null;
  readonly pid: number | null;
  readonly boots: number;
  readonly bootRetries: number;
  readonly restartNeeded: boolean;
  readonly link: GuestLinkState;
  readonly ending: Ending | null;
  readonly statusLine: StatusLine | null;
  readonly debugger: GuestDebugger | null;
  readonly noWatchdog: string | null;
  readonly progress: string | null;
  readonly stopDeadline: string | null;
  readonly vitals: GuestVitals;
  readonly consoles: readonly {
    name: string;
    attachable: boolean;
    bytes: number;
    viewers: number;
    historyProblem: string | null;
    unwrittenBytes: number;
    channel: string;
    note: string | null;
  }[];
}
