import type { GuestState } from "@corral/contracts";

/** What the supervisor tells about its guests. Plain data. */
export type SupervisorEvent =
  /** It came into another state; `reason` says why, in a sentence, where there is more to say than the state. */
  | { readonly type: "state"; readonly id: string; readonly state: GuestState; readonly reason: string | null }
  /** Something in its status changed that is worth showing and not worth keeping: progress, a console's length. */
  | { readonly type: "changed"; readonly id: string }
  /** A boot died before its root was mounted and is tried again. */
  | { readonly type: "boot-retried"; readonly id: string; readonly attempt: number; readonly message: string }
  /** The guest wrote to its /proc/mconsole. Not to be trusted. */
  | { readonly type: "message"; readonly id: string; readonly text: string }
  /** The guest's kernel notified of something else. Anything in the guest can forge it. */
  | {
      readonly type: "notified";
      readonly id: string;
      readonly kind: "ready" | "panic" | "hang";
      /** The kernel's own words, in one line. */
      readonly text: string;
    }
  /** A console's history is not being kept (a message), or is kept again (null). */
  | { readonly type: "console-log"; readonly id: string; readonly console: string; readonly problem: string | null }
  /** Something that a person should know, such as a console that could not be brought back. */
  | { readonly type: "warning"; readonly id: string; readonly message: string };
