import { z } from "zod";
import { shownText } from "./text.ts";

/** Where people come in by ssh, if they can. */
export const sshDoor = z.object({
  isOpen: z.boolean(),
  decidedBy: z.enum(["nobody", "people", "start"]).meta({
    description:
      "nobody: it is shut, since nobody has been asked; people: an admin, or whoever started the server first; start: how the server is started (CORRAL_SSH, --ssh), and nothing else can change it",
  }),
  host: shownText.describe("Address on which it listens, or would"),
  port: z.int().describe("Port on which it listens, or would"),
  fingerprint: shownText
    .nullable()
    .describe("Of its host key, as ssh shows it at the first visit; null while it is shut"),
});
export type SshDoorState = z.infer<typeof sshDoor>;

const port = z.int().min(1).max(65_535);

export const sshDoorChanges = z.strictObject({ isOpen: z.boolean(), port }).partial();
export type SshDoorChanges = z.infer<typeof sshDoorChanges>;

/** What was decided about it, as the data folder keeps it. */
export const sshDoorDecision = z.object({ isOpen: z.boolean(), port: port.nullable() });
export type SshDoorDecision = z.infer<typeof sshDoorDecision>;
