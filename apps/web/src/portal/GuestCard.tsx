import type { GuestCard as Card, Guest, GuestVitals } from "@corral/contracts";
import { Link } from "@tanstack/react-router";
import { paths } from "../app/paths.ts";
import type { HerdFeed } from "../herd/HerdFeed.ts";
import { Thumbnail } from "../herd/Thumbnail.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Tag } from "../ui/Tag.tsx";
import { CardButtons } from "./CardButtons.tsx";
import { CardFacts } from "./CardFacts.tsx";

interface GuestCardProps {
  readonly guest: Guest;
  readonly vitals: GuestVitals;
  /** Not there before it was asked for. */
  readonly card: Card | undefined;
  /** Not there before the first paint. */
  readonly feed: HerdFeed | undefined;
  /** Only to look at. */
  readonly readOnly: boolean;
}

/** One guest of somebody who has a few: its screen, how it is, and what is done most with it. */
export const GuestCard = ({ guest, vitals, card, feed, readOnly }: GuestCardProps) => {
  const { definition, state } = guest;
  const off = state === "stopped" || state === "crashed";
  return (
    <li
      aria-label={definition.name}
      className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface"
    >
      <Link
        {...paths.guest(definition.name)}
        preload={false}
        tabIndex={-1}
        aria-label={`Console of ${definition.name}`}
        className={`block aspect-8/5 border-b border-line bg-terminal ${off ? "opacity-45" : ""}`}
      >
        {feed !== undefined && <Thumbnail guest={guest.id} on={!off} feed={feed} />}
      </Link>
      <div className="flex flex-1 flex-col gap-2.5 p-4">
        <div className="flex items-center gap-2">
          <Link {...paths.guest(definition.name)} className="min-w-0 truncate text-title font-semibold hover:underline">
            {definition.name}
          </Link>
          {guest.right !== "manage" && <Tag>{`${definition.owner}: ${guest.right}`}</Tag>}
          <span className="flex-1" />
          <StateBadge state={state} debugger={guest.debugger} />
        </div>
        <CardFacts guest={guest} vitals={vitals} card={card} />
        {!readOnly && <CardButtons guest={guest} />}
      </div>
    </li>
  );
};
