import { LoaderCircle } from "lucide-react";

export const Spinner = ({ size = 14 }: { size?: number }) => (
  <LoaderCircle aria-hidden size={size} strokeWidth={2} className="turning shrink-0" />
);
