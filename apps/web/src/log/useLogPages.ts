import { useEffect, useState, useSyncExternalStore } from "react";
import { LogPages, type LogPagesState } from "./LogPages.ts";

const nothing = () => () => {};

/** A log open for as long as the component is mounted. */
export const useLogPages = (
  guest: string,
  console: string,
): { pages: LogPages | undefined; state: LogPagesState | undefined } => {
  const [pages, setPages] = useState<LogPages>();
  useEffect(() => {
    const opened = new LogPages(guest, console);
    setPages(opened);
    return () => opened.dispose();
  }, [guest, console]);
  const state = useSyncExternalStore(pages?.subscribe ?? nothing, () => pages?.state());
  return { pages, state };
};
