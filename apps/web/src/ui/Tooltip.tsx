import { Tooltip as Radix } from "radix-ui";
import type { FocusEvent, ReactNode } from "react";

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={200}>
    {children}
  </Radix.Provider>
);

/** Focus that comes back to a button after a click elsewhere is nobody asking what the button does. */
const onlyWhereItShows = (event: FocusEvent<HTMLElement>) => {
  if (!event.currentTarget.matches(":focus-visible")) event.preventDefault();
};

interface TooltipProps {
  readonly text: ReactNode;
  readonly side?: "top" | "right" | "bottom" | "left";
  /** One element that can take focus. */
  readonly children: ReactNode;
}

export const Tooltip = ({ text, side = "bottom", children }: TooltipProps) => (
  <Radix.Root>
    <Radix.Trigger asChild onFocus={onlyWhereItShows}>
      {children}
    </Radix.Trigger>
    <Radix.Portal>
      <Radix.Content
        side={side}
        sideOffset={6}
        collisionPadding={8}
        className="z-60 max-w-72 rounded-md bg-inverse px-2.5 py-1.5 text-small text-on-inverse shadow-raised"
      >
        {text}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
