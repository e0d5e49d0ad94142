import type { GuestVitals } from "@corral/contracts";

/** Load over the last minute as people read it; empty while the guest is off, or has not said. */
export const loadOf = ({ pulse, inside }: GuestVitals): string =>
  pulse === "off" || inside === null ? "" : inside.load[0].toFixed(2);
