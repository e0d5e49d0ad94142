import type { ReactNode } from "react";

export const Tag = ({ children }: { children: ReactNode }) => (
  <span className="inline-block max-w-28 shrink-0 truncate rounded-sm border border-line bg-sunken px-1.5 align-middle text-tiny leading-[17px] text-muted">
    {children}
  </span>
);
