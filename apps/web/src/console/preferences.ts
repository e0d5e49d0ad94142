import { useSyncExternalStore } from "react";
import { isTerminalThemeName, type TerminalThemeName } from "./terminalThemes.ts";

/* How this person wants consoles to be, in this browser. */

export const FONT_SIZE_DEFAULT = 13;
export const FONT_SIZE_SMALLEST = 8;
export const FONT_SIZE_LARGEST = 28;

export interface ConsolePreferences {
  readonly fontSize: number;
  readonly screenReader: boolean;
  readonly copyOnSelect: boolean;
  readonly theme: TerminalThemeName;
}

const STORED_AS = "corral.console";
const defaults: ConsolePreferences = {
  fontSize: FONT_SIZE_DEFAULT,
  screenReader: false,
  copyOnSelect: true,
  theme: "page",
};

const sane = (fontSize: unknown): number =>
  typeof fontSize === "number" && Number.isFinite(fontSize)
    ? Math.min(FONT_SIZE_LARGEST, Math.max(FONT_SIZE_SMALLEST, Math.round(fontSize)))
    : FONT_SIZE_DEFAULT;

const load = (): ConsolePreferences => {
  try {
    const stored: Record<string, unknown> = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
    return {
      fontSize: sane(stored.fontSize),
      screenReader: stored.screenReader === true,
      copyOnSelect: stored.copyOnSelect !== false,
      theme: isTerminalThemeName(stored.theme) ? stored.theme : defaults.theme,
    };
  } catch {
    return defaults;
  }
};

let current = load();
const listeners = new Set<() => void>();

export const preferences = (): ConsolePreferences => current;

export const setPreferences = (change: Partial<ConsolePreferences>): void => {
  current = { ...current, ...change };
  current = { ...current, fontSize: sane(current.fontSize) };
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(current));
  } catch {
    // Storage is forbidden: the choice holds until the page is left.
  }
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePreferences = (): ConsolePreferences => useSyncExternalStore(subscribe, preferences);
