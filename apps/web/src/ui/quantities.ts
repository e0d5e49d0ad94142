/* How sizes and times are written, the same everywhere. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number): string => String(value).padStart(2, "0");

/** A running time from milliseconds: `0:07`, `12:31`, `5:04:09`, `3d 05:04`. Its width hardly changes as it ticks. */
export const formatDuration = (ms: number): string => {
  const total = Math.max(0, ms);
  const seconds = Math.floor(total / SECOND) % 60;
  const minutes = Math.floor(total / MINUTE) % 60;
  const hours = Math.floor(total / HOUR) % 24;
  const days = Math.floor(total / DAY);
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}`;
  if (total >= HOUR) return `${hours}:${two(minutes)}:${two(seconds)}`;
  return `${minutes}:${two(seconds)}`;
};

/** How long ago, in words short enough for a table: `now`, `5m ago`, `3h ago`, `12d ago`. */
export const formatAge = (ms: number): string => {
  if (ms < MINUTE) return "now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ago`;
  return `${Math.floor(ms / DAY)}d ago`;
};

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Three significant digits: `512 B`, `1.50 KiB`, `64.0 MiB`, `189 MiB`. */
export const formatBytes = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
};

export const formatMebibytes = (mebibytes: number): string =>
  mebibytes < 1024 ? `${mebibytes} MiB` : `${Number((mebibytes / 1024).toFixed(1))} GiB`;

/** How much of something is used, with the unit said once: `12.5 of 64 MiB`, `0.5 of 2 GiB`. */
export const formatPart = (usedMebibytes: number, ofMebibytes: number): string => {
  const used = ofMebibytes < 1024 ? usedMebibytes : usedMebibytes / 1024;
  return `${Number(used.toFixed(1))} of ${formatMebibytes(ofMebibytes)}`;
};

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
/** Date and time in full, in the reader's own language and zone. */
export const formatMoment = (iso: string): string => clock.format(new Date(iso));

const short = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
/** For rows of a log. */
export const formatLogTime = (iso: string): string => short.format(new Date(iso));

/** `1 guest`, `2 guests`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
