import { CircleAlert } from "lucide-react";
import { messageOf } from "../api/errors.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./Notice.tsx";

interface NotReadProps {
  /** What was to be shown here: "The guests". */
  readonly what: string;
  readonly error: unknown;
  readonly onAgain: () => void;
}

/** In the place of what the server did not give: why, and the button that asks again. */
export const NotRead = ({ what, error, onAgain }: NotReadProps) => (
  <EmptyState
    icon={CircleAlert}
    title={`${what} could not be read`}
    actions={<Button label="Try again" variant="primary" onClick={onAgain} />}
  >
    {messageOf(error)}
  </EmptyState>
);
