import { Age } from "../ui/Time.tsx";

/** In the row of something that logs somebody in. */
export const LastUsed = ({ at }: { at: string | null }) => (
  <span className="w-28 shrink-0 text-right text-small text-faint">
    {at === null ? (
      "never used"
    ) : (
      <>
        used <Age at={at} />
      </>
    )}
  </span>
);
