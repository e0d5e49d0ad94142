import { CorralError, SYSRQ_KEYS } from "@corral/contracts";

/** Commands that end or interrupt what the guest does, in so many words of the kernel's. */
const INTERRUPTS = /^(halt|reboot|stop|cad|remove )/;

/** What a command ends or interrupts, in a sentence, so that a person is asked first; null where nothing. */
export const whatItInterrupts = (command: string): string | null => {
  const key = /^sysrq (.)$/.exec(command)?.[1];
  if (key !== undefined) {
    const known = SYSRQ_KEYS.find((each) => each.key === key);
    return known?.asks === true ? known.meaning : null;
  }
  return INTERRUPTS.test(command)
    ? "It ends or interrupts what the guest does, past everything that Corral does around it."
    : null;
};

export const unconfirmed = (command: string, meaning: string): CorralError =>
  new CorralError("needs_confirmation", `${command}: ${meaning} Say so once more to do it (confirm).`);
