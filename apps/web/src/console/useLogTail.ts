import { useEffect, useState, useSyncExternalStore } from "react";
import { type LogState, LogTail } from "./LogTail.ts";

const EMPTY: LogState = { text: "", loaded: false, error: undefined };
const nothing = () => () => {};

/** Reads along for as long as the component is mounted. */
export const useLogTail = (guest: string, console: string): LogState => {
  const [tail, setTail] = useState<LogTail>();
  useEffect(() => {
    const opened = new LogTail(guest, console);
    setTail(opened);
    return () => opened.dispose();
  }, [guest, console]);
  return useSyncExternalStore(tail?.subscribe ?? nothing, tail?.state ?? (() => EMPTY));
};
