import { useRouter } from "@tanstack/react-router";
import { paths } from "../app/paths.ts";

/** Room for 100 columns and 30 lines. */
const FEATURES = "popup,width=840,height=560";

/** Opens a window that has nothing but one console of a guest in it. */
export const useConsoleWindow = (): ((guest: string, console: string) => void) => {
  const router = useRouter();
  return (guest, console) => {
    window.open(router.buildLocation(paths.consoleWindow(guest, console)).href, "_blank", FEATURES);
  };
};
