import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Notice } from "../ui/Notice.tsx";
import { counted } from "../ui/quantities.ts";
import { longLineOf } from "./longLine.ts";

/** Enough to recognize what it is. */
const PREVIEW_CHARACTERS = 4000;

interface PasteDialogProps {
  readonly text: string;
  /** Why nothing can be typed now. */
  readonly blocked: string | undefined;
  readonly onPaste: () => void;
  readonly onClose: () => void;
}

export const PasteDialog = ({ text, blocked, onPaste, onClose }: PasteDialogProps) => {
  const lines = text.trimEnd().split("\n").length;
  const long = longLineOf(text);
  return (
    <Dialog
      title={`Paste ${counted(lines, "line")}?`}
      description="A shell runs each line as soon as it ends. They are typed one by one, each when the guest has echoed the one before."
      onClose={onClose}
      wide
      footer={
        <>
          <Button label="Cancel" onClick={onClose} />
          <Button
            label="Paste"
            variant="primary"
            blocked={blocked}
            onClick={() => {
              onPaste();
              onClose();
            }}
          />
        </>
      }
    >
      {long !== undefined && (
        <Notice kind="warning">
          Line {long.number} has {long.bytes.toLocaleString("en")} bytes. A guest's terminal holds 4,095 of a line for a
          program that reads lines, such as cat, and loses the rest. Copy it as a file instead (corral cp), or send it
          in shorter lines, such as base64 makes. A program that reads keys, such as an editor, takes it as it is.
        </Notice>
      )}
      <pre className="max-h-80 overflow-auto rounded-md bg-sunken p-3 font-mono text-small">
        {text.slice(0, PREVIEW_CHARACTERS)}
        {text.length > PREVIEW_CHARACTERS && "\n…"}
      </pre>
    </Dialog>
  );
};
