import type { Guest } from "@corral/contracts";
import { toast } from "sonner";
import { ERROR_SHOWN_MS } from "../api/errors.ts";

/** What a guest that was just made cannot do, where whoever made it looks. */
export const toastWarnings = ({ warnings }: Guest): void => {
  for (const warning of warnings) toast.warning(warning, { duration: ERROR_SHOWN_MS });
};
