import { useState } from "react";

/** Where the focus was before it went into any dialog: one dialog may take the place of another. */
let outside: Element | null = null;

const remember = (): Element | null => {
  const at = document.activeElement;
  if (at?.closest("[role=dialog], [role=alertdialog]") == null) outside = at;
  return at;
};

const canTakeFocus = (element: Element | null): element is HTMLElement =>
  element instanceof HTMLElement && element.isConnected && element !== document.body;

/**
 * For a dialog without a button of its own: the focus goes back to where it was when the dialog came, or to the
 * page's content where that is gone. Radix would let go of it.
 */
export const useFocusReturn = (): ((event: Event) => void) => {
  const [before] = useState(remember);
  return (event) => {
    event.preventDefault();
    const there = [before, outside].find(canTakeFocus) ?? document.getElementById("content");
    there?.focus({ preventScroll: true });
  };
};
