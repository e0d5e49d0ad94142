import type { HostCheck } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { EventLog } from "./events/eventLog.ts";

/* Older versions let things be named like ids, which are given in the same places as names. */

/** Gives another name to what is named exactly as another's id, and tells so. Called before anybody can ask for either. */
export const untangleNames = (store: Store, events: EventLog): void => {
  for (const { kind, id, before, after, other } of store.names.untangle()) {
    const message =
      `The ${kind} that was named ${before} is now named ${after}, since ${before} is the id of the ${kind} ${other}: ` +
      `whoever meant one could have acted on the other. Rename it to what you like.`;
    events.append({ type: "name.replaced", subject: id, message, data: { kind, before, after } });
  }
};

/** Names in the form of an id, for an admin to replace; nothing is to be said where there are none. */
export const checkNames = (store: Store): HostCheck[] => {
  const named = store.names.idLike();
  if (named.length === 0) return [];
  return [
    {
      id: "names",
      title: "Names in the form of ids",
      status: "warning",
      found: named.map(({ kind, name }) => `${kind} ${name}`).join(", "),
      meaning:
        "An older version took them. None is the id of another, so that nobody is misled today; new names of 16 letters and digits are refused.",
      remedy:
        "Rename them on their pages, or by the API: PATCH with another name. Images and kernels are registered anew.",
    },
  ];
};
