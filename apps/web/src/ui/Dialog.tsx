import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { useFocusReturn } from "./useFocusReturn.ts";

interface DialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly wide?: boolean;
}

/** Focus begins in the form, not on the button that closes it. */
const focusFirstControl = (event: Event) => {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  event.preventDefault();
  const control = event.currentTarget.querySelector<HTMLElement>(
    "[data-dialog-body] :is(input, select, textarea, button, a):not(:disabled)",
  );
  (control ?? event.currentTarget).focus();
};

/** Mounted while it is open. On a phone it is a sheet that fills the screen's lower part. */
export const Dialog = ({ title, description, onClose, children, footer, wide = false }: DialogProps) => {
  const returnFocus = useFocusReturn();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description === undefined && { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirstControl}
          onCloseAutoFocus={returnFocus}
          className={`entering fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] flex-col rounded-t-lg border border-line bg-raised shadow-raised outline-none sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-[10vh] sm:max-h-[80vh] sm:w-[calc(100vw-32px)] sm:-translate-x-1/2 sm:rounded-lg ${wide ? "sm:max-w-170" : "sm:max-w-110"}`}
        >
          <header className="flex items-start gap-3 px-5 pb-2 pt-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-title font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <Button label="Close" icon={X} variant="ghost" small showLabel="never" className="-mr-2" />
            </Radix.Close>
          </header>
          <div data-dialog-body className="min-h-0 flex-1 overflow-y-auto px-5 pb-4 pt-1">
            {children}
          </div>
          {footer !== undefined && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
};
