import { createContext, useContext } from "react";

/** Dialogs that open from anywhere. */
export type ShellDialog = "palette" | "shortcuts" | "new-guest";

export const ShellDialogs = createContext<(dialog: ShellDialog) => void>(() => {});

export const useOpenDialog = (): ((dialog: ShellDialog) => void) => useContext(ShellDialogs);
