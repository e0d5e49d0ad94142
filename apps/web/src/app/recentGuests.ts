/** Guests that were opened last in this browser, by id, the newest first: the palette offers them first. */

const STORED_AS = "corral.recent-guests";
/** As many as the palette shows before anything is typed. */
const RECENT_MAXIMUM = 8;

export const recentGuests = (): readonly string[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "[]");
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string").slice(0, RECENT_MAXIMUM) : [];
  } catch {
    // Storage is forbidden, or holds something else's words.
    return [];
  }
};

export const noteOpened = (id: string): void => {
  try {
    const others = recentGuests().filter((other) => other !== id);
    localStorage.setItem(STORED_AS, JSON.stringify([id, ...others].slice(0, RECENT_MAXIMUM)));
  } catch {
    // Storage is forbidden: guests are offered by name.
  }
};
