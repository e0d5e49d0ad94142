import { AlertDialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { useFocusReturn } from "./useFocusReturn.ts";

interface ConfirmDialogProps {
  readonly title: string;
  readonly confirm: string;
  readonly dangerous?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** What it means. */
  readonly children: ReactNode;
}

export const ConfirmDialog = ({
  title,
  confirm,
  dangerous = false,
  onConfirm,
  onClose,
  children,
}: ConfirmDialogProps) => {
  const returnFocus = useFocusReturn();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          onCloseAutoFocus={returnFocus}
          className="entering fixed left-1/2 top-[22vh] z-50 w-[calc(100vw-24px)] max-w-105 -translate-x-1/2 rounded-lg border border-line bg-raised p-5 shadow-raised outline-none"
        >
          <Radix.Title className="text-title font-semibold">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-2 text-muted">{children}</div>
          </Radix.Description>
          <div className="mt-5 flex justify-end gap-2">
            <Radix.Cancel asChild>
              <Button label="Cancel" />
            </Radix.Cancel>
            <Radix.Action asChild>
              <Button label={confirm} variant={dangerous ? "danger" : "primary"} onClick={onConfirm} />
            </Radix.Action>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
};
