import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { formatMoment } from "../ui/quantities.ts";

export interface OneTimeLink {
  readonly url: string;
  readonly expiresAt: string;
}

interface LinkDialogProps {
  readonly title: string;
  readonly link: OneTimeLink;
  readonly onClose: () => void;
}

/** A link that is shown once, for handing on. */
export const LinkDialog = ({ title, link, onClose }: LinkDialogProps) => (
  <Dialog
    title={title}
    description={`It works once, until ${formatMoment(link.expiresAt)}, and is shown only now.`}
    onClose={onClose}
    footer={<Button label="Done" variant="primary" onClick={onClose} />}
  >
    <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1 pl-3 pr-1">
      <code className="min-w-0 flex-1 break-all font-mono text-small">{link.url}</code>
      <CopyButton text={link.url} label="Copy the link" />
    </div>
  </Dialog>
);
