import { type Guest, newInterface, WITHHELD_TRANSPORTS } from "@corral/contracts";
import { useState } from "react";
import { api } from "../api/client.ts";
import { freeInterface, type InterfaceDraft, interfaceOf } from "../definition/draft.ts";
import { InterfaceFields } from "../definition/InterfaceFields.tsx";
import { Button } from "../ui/Button.tsx";

interface NewInterfaceProps {
  readonly guest: Guest;
  /** Devices that there are already. */
  readonly taken: readonly string[];
  readonly keep: boolean;
  readonly busy: boolean;
  readonly run: (what: () => Promise<unknown>) => void;
}

/** An interface that needs nothing of the host: one end of a cable inside the guest's own network. */
export const NewInterface = ({ guest, taken, keep, busy, run }: NewInterfaceProps) => {
  const [typed, setTyped] = useState<InterfaceDraft>();
  const draft = typed ?? freeInterface(taken);
  const wish = newInterface.safeParse({ interface: interfaceOf(draft), keep });
  return (
    <>
      <form
        className="mt-2 flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wish.success) return;
          run(() => api.plugInterface({ params: { id: guest.id }, body: wish.data }));
          setTyped(undefined);
        }}
      >
        <InterfaceFields path="interface" value={draft} onChange={setTyped} />
        <Button
          label="Plug in"
          type="submit"
          busy={busy}
          blocked={wish.success ? undefined : (wish.error.issues[0]?.message ?? "Not an interface.")}
        />
      </form>
      <p className="mt-2 text-small text-muted">
        UDP over the loopback of the guest&rsquo;s own network, which nobody else is in. Two interfaces whose ports are
        each other&rsquo;s are the ends of a cable.
      </p>
      <details className="mt-1 text-small text-muted">
        <summary className="cursor-pointer">Why no other kind</summary>
        <ul className="mt-1 list-disc pl-5">
          {WITHHELD_TRANSPORTS.map(([transports, why]) => (
            <li key={transports}>
              <span className="text-ink">{transports}</span> {why}.
            </li>
          ))}
        </ul>
      </details>
    </>
  );
};
