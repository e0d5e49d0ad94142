import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Also read by public/theme.js before the first paint. */
const STORED_AS = "corral.theme";

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  systemDark.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    systemDark.removeEventListener("change", listener);
  };
};

const chosen = (): Theme => {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
};

export const setTheme = (theme: Theme): void => {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(STORED_AS, theme);
  } catch {
    // Storage is forbidden: the choice holds until the page is left.
  }
  tell();
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, chosen);

/** What is really shown. */
export const useDark = (): boolean =>
  useSyncExternalStore(subscribe, () => (chosen() === "system" ? systemDark.matches : chosen() === "dark"));
