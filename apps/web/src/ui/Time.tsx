import { useSyncExternalStore } from "react";
import { formatAge, formatDuration, formatMoment } from "./quantities.ts";

/** One timer for all that ticks on the page, running only while something listens. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** The time, to the second, as milliseconds since 1970. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

export const Uptime = ({ since }: { since: string }) => {
  const elapsed = useNow() - Date.parse(since);
  return (
    <time dateTime={since} title={`since ${formatMoment(since)}`}>
      {formatDuration(elapsed)}
    </time>
  );
};

export const Age = ({ at }: { at: string }) => {
  const elapsed = useNow() - Date.parse(at);
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {formatAge(elapsed)}
    </time>
  );
};
