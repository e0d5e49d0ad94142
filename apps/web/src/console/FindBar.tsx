import type { SearchAddon } from "@xterm/addon-search";
import { ChevronDown, ChevronUp, History, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../ui/Button.tsx";

/** The addon wants #RRGGBB; found text is inverted like a selection. */
const decorations = {
  matchBackground: "#7a7f8a",
  activeMatchBackground: "#d9a441",
  matchOverviewRuler: "#7a7f8a",
  activeMatchColorOverviewRuler: "#d9a441",
};

export const FindBar = ({
  search,
  onWholeLog,
  onClose,
}: {
  search: SearchAddon;
  /** What is older than the terminal holds is in the log. */
  onWholeLog?: () => void;
  onClose: () => void;
}) => {
  const [text, setText] = useState("");
  const [found, setFound] = useState<{ index: number; count: number }>();
  useEffect(() => {
    const listening = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ index: resultIndex, count: resultCount }),
    );
    return () => {
      listening.dispose();
      search.clearDecorations();
    };
  }, [search]);

  const next = () => search.findNext(text, { decorations });
  const previous = () => search.findPrevious(text, { decorations });
  return (
    <search className="entering absolute right-4 top-2 z-20 flex items-center gap-1 rounded-lg border border-line bg-raised p-1.5 shadow-raised">
      <input
        // biome-ignore lint/a11y/noAutofocus: it opens because a person asked for it
        autoFocus
        value={text}
        aria-label="Find in the console"
        placeholder="Find"
        onChange={(event) => {
          setText(event.target.value);
          search.findPrevious(event.target.value, { decorations, incremental: true });
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter") (event.shiftKey ? next : previous)();
        }}
        className="control w-44!"
      />
      <span className="min-w-14 text-center text-small text-faint" role="status">
        {text !== "" && found !== undefined && (found.count === 0 ? "none" : `${found.index + 1} of ${found.count}`)}
      </span>
      <Button label="Earlier" icon={ChevronUp} variant="ghost" small showLabel="never" onClick={previous} />
      <Button label="Later" icon={ChevronDown} variant="ghost" small showLabel="never" onClick={next} />
      {onWholeLog !== undefined && (
        <Button
          label="Search the whole log"
          icon={History}
          variant="ghost"
          small
          showLabel="never"
          onClick={onWholeLog}
        />
      )}
      <Button label="Close" icon={X} variant="ghost" small showLabel="never" onClick={onClose} />
    </search>
  );
};
