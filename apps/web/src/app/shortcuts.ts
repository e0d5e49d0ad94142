import { useEffect, useRef } from "react";

/** After `g`, the second key must follow within this. */
const CHORD_MS = 1200;

/** Where single letters are text, not commands. */
const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));

const insideDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null;

/** A Mac's command key does what control does elsewhere. */
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
export const MOD = isMac ? "⌘" : "Ctrl";

/** The palette opens from anywhere: in a console Ctrl-K belongs to the guest, and Ctrl-Shift-K is ours. */
export const isPaletteKey = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;

/**
 * Single keys and `g`-chords, by name as in `?` or `g f`. Left alone while a person types text or a dialog is open.
 * Keys that a handler takes are not seen by the browser.
 */
export const useShortcuts = (bindings: Readonly<Record<string, () => void>>): void => {
  const latest = useRef(bindings);
  latest.current = bindings;
  useEffect(() => {
    let first: { key: string; at: number } | undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (typesText(event.target) || insideDialog(event.target)) return;
      const chord = first !== undefined && Date.now() - first.at < CHORD_MS ? `${first.key} ${event.key}` : undefined;
      first = event.key === "g" ? { key: "g", at: Date.now() } : undefined;
      // The second key of a chord is no command of its own, here or with another who listens.
      const action = latest.current[chord ?? event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
};

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly { readonly keys: string; readonly does: string }[];
}

/** What `?` shows. */
export const SHORTCUTS: readonly ShortcutGroup[] = [
  {
    title: "Everywhere",
    shortcuts: [
      { keys: `${MOD}+K`, does: "Command palette" },
      { keys: `${MOD}+Shift+K`, does: "Command palette, also from inside a console" },
      { keys: "n", does: "New guest" },
      { keys: "g f", does: "Go to the fleet" },
      { keys: "g h", does: "Go to the herd" },
      { keys: "g c", does: "Go to consoles" },
      { keys: "g i", does: "Go to images" },
      { keys: "g k", does: "Go to kernels" },
      { keys: "g a", does: "Go to activity" },
      { keys: "g s", does: "Go to settings" },
      { keys: "?", does: "This list" },
    ],
  },
  {
    title: "Fleet",
    shortcuts: [
      { keys: "/", does: "Filter" },
      { keys: "j k", does: "Next and previous guest (or the arrow keys)" },
      { keys: "x", does: "Select the guest" },
      { keys: "a", does: "Select all that are shown" },
      { keys: "Enter", does: "Open the guest" },
      { keys: "Esc", does: "Clear the selection" },
    ],
  },
  {
    title: "Guest",
    shortcuts: [
      { keys: "c", does: "Into the console" },
      { keys: "Ctrl+F6", does: "Out of the console" },
      { keys: "h", does: "History: the console's whole log" },
      { keys: "i", does: "Show or hide the side panel" },
      { keys: "f", does: "Console alone, full screen" },
    ],
  },
  {
    title: "In a console",
    shortcuts: [
      { keys: "Ctrl+Shift+C", does: "Copy (selecting copies too)" },
      { keys: "Ctrl+Shift+V", does: "Paste" },
      { keys: "Ctrl+Shift+F", does: "Find" },
      { keys: "Ctrl+Shift+X", does: "Reset terminal: ends mouse reports and other modes that were left on" },
      { keys: "Shift+PageUp", does: "Up, and at the top on into the history" },
    ],
  },
  {
    title: "In a log",
    shortcuts: [
      { keys: "/", does: "Search all of it" },
      { keys: "Home End", does: "Its beginning, its end" },
      { keys: "Esc", does: "Back to the console" },
    ],
  },
  {
    title: "In a replay",
    shortcuts: [
      { keys: "Space", does: "Play or pause" },
      { keys: "[ ]", does: "Previous and next mark" },
      { keys: "- =", does: "Slower, faster" },
      { keys: "← →", does: "Five seconds back, on" },
    ],
  },
];
