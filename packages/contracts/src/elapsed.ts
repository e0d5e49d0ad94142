/** How long ago `since` was, in its two largest units: "3d 4h", "5m 12s". */
export const elapsed = (since: string, now = Date.now()): string => {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first < 0 ? -1 : first)
    .slice(0, 2)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(" ");
};
