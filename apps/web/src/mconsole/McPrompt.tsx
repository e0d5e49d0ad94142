import { type Guest, runMconsoleLine } from "@corral/contracts";
import { api } from "../api/client.ts";
import { MconsolePrompt } from "./MconsolePrompt.tsx";

/** A prompt on a guest's mconsole. Each line goes to the endpoint of its command. */
export const McPrompt = ({ guest, onLeave }: { guest: Guest; onLeave: () => void }) => (
  <MconsolePrompt
    key={guest.id}
    name={guest.definition.name}
    run={(line, confirm) => runMconsoleLine({ client: api, guest: guest.id, line, confirm })}
    onLeave={onLeave}
  />
);
