import { STATUS_LINE_MAXIMUM, type StatusLine } from "@corral/contracts";
import type { Notification } from "@corral/uml";
import type { SupervisorEvent } from "../events.ts";

/** A message that begins so is not a message but what the fleet table shows of the guest; nothing behind it clears that. */
const STATUS = /^status:/i;
/** Longest message that is passed on: one write to /proc/mconsole is 512 bytes at most. */
const MESSAGE_MAXIMUM = 512;

type Told = Extract<SupervisorEvent, { type: "message" | "notified" }>;

interface Heard {
  /** Without the guest's id, which the listener knows. */
  readonly event: Omit<Extract<Told, { type: "message" }>, "id"> | Omit<Extract<Told, { type: "notified" }>, "id">;
  /** Set where it is a status line and no event. */
  readonly statusLine?: StatusLine | null;
}

/** What a notification means, in words that are safe to show anywhere. `standsStill`: why the guest does nothing now. */
export const heard = (notification: Notification, at: Date, standsStill: string | null): Heard => {
  switch (notification.kind) {
    case "socket":
      return { event: { type: "notified", kind: "ready", text: "its management console answers" } };
    case "panic":
      return { event: { type: "notified", kind: "panic", text: plainLine(notification.message) } };
    case "hang": {
      const why = standsStill === null ? "its programs hang" : `it ${standsStill}`;
      return { event: { type: "notified", kind: "hang", text: `it has not fed its watchdog for a minute: ${why}` } };
    }
    case "user": {
      const text = plainLine(notification.text);
      const event = { type: "message", text } as const;
      if (!STATUS.test(text)) return { event };
      const words = text.replace(STATUS, "").trim().slice(0, STATUS_LINE_MAXIMUM);
      return { event, statusLine: words === "" ? null : { text: words, at: at.toISOString() } };
    }
  }
};

/** One line without anything that a terminal or a log reader would obey, bidirectional overrides included. */
const plainLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .trim()
    .slice(0, MESSAGE_MAXIMUM);
