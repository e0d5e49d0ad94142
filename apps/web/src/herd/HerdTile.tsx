import type { Guest } from "@corral/contracts";
import { Link } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { memo } from "react";
import { paths } from "../app/paths.ts";
import { StateIcon, stateInWords } from "../ui/StateBadge.tsx";
import { Uptime } from "../ui/Time.tsx";
import type { HerdFeed } from "./HerdFeed.ts";
import { Thumbnail } from "./Thumbnail.tsx";

/** One guest of the wall: its screen, its name and its state. A crashed one says why, in the colour of what is wrong. */
export const HerdTile = memo(({ guest, feed }: { guest: Guest; feed: HerdFeed }) => {
  const { id, definition, state, since, ending } = guest;
  const crashed = state === "crashed";
  const off = state === "stopped" || crashed;
  return (
    <li className="min-w-0">
      <Link
        {...paths.guest(definition.name)}
        preload={false}
        aria-label={`${definition.name}, ${stateInWords(state)}`}
        data-state={state}
        className={`block overflow-hidden rounded-md border-2 bg-surface outline-offset-2 ${crashed ? "border-wrong" : "border-line hover:border-line-strong"}`}
      >
        <span
          className={`flex h-8 items-center gap-2 px-2.5 text-small ${crashed ? "bg-danger text-on-danger" : "border-b border-line"}`}
        >
          {!crashed && <StateIcon state={state} />}
          {crashed && <CircleAlert aria-hidden size={14} className="shrink-0" />}
          <span className="min-w-0 flex-1 truncate font-medium">{definition.name}</span>
          <span className={crashed ? "" : "text-faint"}>
            {crashed ? "crashed " : ""}
            <Uptime since={since} />
          </span>
        </span>
        <span className="relative block aspect-8/5">
          <span className={`block size-full ${off ? "opacity-45" : ""}`}>
            <Thumbnail guest={id} on={!off} feed={feed} />
          </span>
          {crashed && ending !== null && (
            <span className="absolute inset-x-0 bottom-0 line-clamp-3 bg-raised px-2.5 py-1.5 text-small text-wrong">
              {ending.message}
            </span>
          )}
        </span>
      </Link>
    </li>
  );
});
