import { type Guest, PROC_FILES } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { CheckField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { compareLooks } from "./lookDifference.ts";

const REFRESH_MS = 2_000;
const STACK = "stack ";

/** What one mostly wants to know, and the file that knows it. */
const LOOKS = [
  ["Memory", "meminfo"],
  ["Load", "loadavg"],
  ["Uptime", "uptime"],
  ["CPU time", "stat"],
  ["CPU", "cpuinfo"],
  ["Disks", "diskstats"],
  ["Partitions", "partitions"],
  ["Interrupts", "interrupts"],
  ["Mounts", "1/mounts"],
  ["Stack of init", `${STACK}1`],
] as const;

const read = async (id: string, what: string, signal: AbortSignal): Promise<string> => {
  const answer = what.startsWith(STACK)
    ? await api.mconsoleStack({ params: { id, pid: what.slice(STACK.length) } }, { signal })
    : await api.mconsoleProc({ params: { id }, query: { path: what } }, { signal });
  return answer.text;
};

/** A look into the running kernel, without any help from the guest's programs. */
export const Inspect = ({ guest }: { guest: Guest }) => {
  const [what, setWhat] = useState<string>(LOOKS[0][1]);
  const [typed, setTyped] = useState("");
  const [live, setLive] = useState(true);
  const on = guest.pid !== null && guest.state !== "starting";
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["inspect", guest.id, what],
    queryFn: ({ signal }) => read(guest.id, what, signal),
    enabled: on,
    refetchInterval: live ? REFRESH_MS : false,
    retry: false,
  });
  const before = useLastLook(`${guest.id} ${what}`, data);

  const look = () => {
    const wanted = typed.trim().replace(/^\/?(proc\/)?/, "");
    if (wanted !== "") setWhat(/^\d+$/.test(wanted) ? STACK + wanted : wanted);
  };

  return (
    <section aria-label="Inspect" className="flex h-full min-h-0 flex-col">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2 border-b border-line px-3 py-2">
        <div
          role="toolbar"
          aria-label="What to look at"
          className="flex min-w-0 flex-1 flex-wrap gap-1 max-md:basis-full max-md:flex-nowrap max-md:overflow-x-auto"
        >
          {LOOKS.map(([label, file]) => (
            <Button
              key={file}
              label={label}
              small
              variant={what === file ? "secondary" : "ghost"}
              aria-pressed={what === file}
              onClick={() => setWhat(file)}
            />
          ))}
        </div>
        <form
          className="flex items-end gap-2 max-md:w-full"
          onSubmit={(event) => {
            event.preventDefault();
            look();
          }}
        >
          <TextField
            path="path"
            label="File below /proc, or a process for its stack"
            mono
            list="proc-files"
            placeholder="sys/kernel/osrelease"
            value={typed}
            onChange={setTyped}
            className="md:w-72 max-md:flex-1"
          />
          <datalist id="proc-files">
            {PROC_FILES.map((file) => (
              <option key={file} value={file} />
            ))}
          </datalist>
          <Button label="Look" type="submit" />
        </form>
      </div>
      <div className="flex h-9 shrink-0 items-center gap-3 border-b border-line px-3 text-small text-muted">
        <code className="min-w-0 flex-1 truncate font-mono">{what.startsWith(STACK) ? what : `/proc/${what}`}</code>
        <CheckField label="Every 2 s" checked={live} onChange={setLive} />
        <Button label="Look again" icon={RefreshCw} small variant="ghost" showLabel="never" onClick={() => refetch()} />
        <CopyButton text={data ?? ""} label="Copy the text" />
      </div>
      <div className="min-h-0 flex-1 overflow-auto p-3" aria-busy={isFetching && data === undefined}>
        {!on && <Notice>The guest is off: there is nothing to look into.</Notice>}
        {on && error !== null && <Notice kind="warning">{messageOf(error)}</Notice>}
        {on && error === null && data !== undefined && (
          <table className="font-mono text-small">
            <tbody>
              {compareLooks(data, before).map(({ text, change }, line) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity
                <tr key={line} className={change === "" ? "" : "bg-selected"}>
                  <td className="whitespace-pre pr-6">{text}</td>
                  <td className="whitespace-pre text-muted">{change}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
};

/** The text before the present one, of the same thing. */
const useLastLook = (what: string, now: string | undefined): string | undefined => {
  const looks = useRef<{ what: string; before: string | undefined; now: string | undefined }>(undefined);
  const [before, setBefore] = useState<string>();
  useEffect(() => {
    const last = looks.current;
    const previous = last?.what === what ? (last.now === now ? last.before : last.now) : undefined;
    looks.current = { what, before: previous, now };
    setBefore(previous);
  }, [what, now]);
  return before;
};
