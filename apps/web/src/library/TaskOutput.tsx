import type { Task } from "@corral/contracts";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { plainText } from "../console/plainText.ts";

const POLL_MS = 1000;
/** Characters of output that the page keeps. */
const KEPT_CHARACTERS = 512 * 1024;
/** A reader this close to the end wants to stay at the end. */
const AT_END_PX = 24;

/** What a task printed, live while it runs. */
export const TaskOutput = ({ task }: { task: Task }) => {
  const { text, error } = useTaskOutput(task);
  const box = useRef<HTMLPreElement>(null);
  const following = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever there is more to read
  useLayoutEffect(() => {
    if (following.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text]);
  return (
    <pre
      ref={box}
      role="log"
      aria-label={`Output of ${task.title}`}
      // A keyboard must be able to scroll it.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        following.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
      className="mx-4 mb-3 h-56 overflow-auto whitespace-pre-wrap rounded-md border border-line bg-terminal px-3 py-2 font-mono text-small text-muted wrap-anywhere sm:ml-12 sm:mr-5"
    >
      {text}
      {error !== undefined && <span className="text-wrong">{error}</span>}
      {text === "" && error === undefined && (
        <span className="text-faint">
          {task.state === "running" ? "It has printed nothing yet." : "It printed nothing."}
        </span>
      )}
    </pre>
  );
};

const useTaskOutput = ({ id, state }: Task): { text: string; error: string | undefined } => {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const next = useRef(0);
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const output = await api.taskOutput(
          { params: { id }, query: { since: next.current } },
          { signal: ended.signal },
        );
        next.current = output.next;
        setError(undefined);
        if (output.text !== "") setText((before) => (before + plainText(output.text)).slice(-KEPT_CHARACTERS));
      } catch (failure) {
        if (ended.signal.aborted) return;
        setError(messageOf(failure));
      }
      // Once more after the end, for its last words: the effect runs anew when the state changes.
      if (state === "running") timer = setTimeout(() => void read(), POLL_MS);
    };
    void read();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [id, state]);
  return { text, error };
};
