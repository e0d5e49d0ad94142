import { z } from "zod";
import { event } from "./events.ts";
import { id, shownText } from "./text.ts";

/** What a card of the portal says of a guest beside the guest itself and its vitals. */
export const guestCard = z.object({
  id,
  address: shownText
    .nullable()
    .describe("Its first address that is not its own loopback's; null: it has none, is off, or was not asked yet"),
  lastEvent: event
    .pick({ at: true, type: true, message: true })
    .nullable()
    .describe("The last thing that happened to it, but for who came to a console and left it"),
});
export type GuestCard = z.infer<typeof guestCard>;
