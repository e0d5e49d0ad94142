import type { Guest } from "@corral/contracts";
import { Search } from "lucide-react";
import type { RefObject } from "react";
import { Kbd } from "../ui/Kbd.tsx";
import { StateIcon, stateInWords } from "../ui/StateBadge.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { countByState } from "./columns.tsx";
import { toggleWord } from "./filter.ts";

interface FilterBarProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly problem: string | undefined;
  readonly guests: readonly Guest[];
  readonly onChange: (text: string) => void;
  /** Back to the rows. */
  readonly onLeave: () => void;
}

export const FilterBar = ({ input, text, problem, guests, onChange, onLeave }: FilterBarProps) => (
  <div className="flex w-full min-w-0 items-center gap-4">
    <search className="relative w-full max-w-85 shrink">
      <Search aria-hidden size={14} className="absolute left-2.5 top-1/2 -translate-y-1/2 text-faint" />
      <input
        ref={input}
        type="text"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && event.key !== "Enter" && event.key !== "ArrowDown") return;
          event.preventDefault();
          event.stopPropagation();
          onLeave();
        }}
        placeholder="Filter, such as state:running tag:web"
        aria-label="Filter guests"
        aria-invalid={problem !== undefined || undefined}
        title={problem}
        spellCheck={false}
        autoComplete="off"
        className="control px-8"
      />
      <span className="pointer-events-none absolute right-2 top-1/2 hidden -translate-y-1/2 sm:block">
        {text === "" && <Kbd keys="/" />}
      </span>
    </search>
    <div className="hidden min-w-0 items-center gap-1 overflow-hidden md:flex">
      {countByState(guests).map(([state, count]) => (
        <Tooltip key={state} text={`Only ${stateInWords(state).toLowerCase()} ones`}>
          <button
            type="button"
            aria-pressed={text.split(/\s+/).includes(`state:${state}`)}
            onClick={() => onChange(toggleWord(text, `state:${state}`))}
            className="flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2 text-muted hover:bg-hover aria-pressed:bg-selected aria-pressed:text-ink"
          >
            <StateIcon state={state} />
            {stateInWords(state)}
            <span className="text-ink">{count}</span>
          </button>
        </Tooltip>
      ))}
    </div>
  </div>
);
