import { DISCARDED_SUFFIX } from "@corral/contracts";
import { Link } from "@tanstack/react-router";
import { paths } from "../app/paths.ts";

/** More names than these are only counted. */
const NAMED = 3;

export const UsedBy = ({ guests }: { guests: readonly string[] }) => {
  if (guests.length === 0) return <span className="text-faint">no guest</span>;
  return (
    <span title={guests.join(", ")}>
      {guests.slice(0, NAMED).map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          {name.endsWith(DISCARDED_SUFFIX) ? (
            name
          ) : (
            <Link
              {...paths.guest(name)}
              className="underline decoration-line-strong underline-offset-2 hover:decoration-ink"
            >
              {name}
            </Link>
          )}
        </span>
      ))}
      {guests.length > NAMED && ` and ${guests.length - NAMED} more`}
    </span>
  );
};
