import type { GuestProcesses } from "@corral/contracts";
import { printable } from "./printable.ts";
import { type RunCommand, runShell } from "./runShell.ts";

const TIMEOUT_MS = 15_000;
/** More than a guest of the usual size can hold; the page shows no more. */
const PROCESSES_MAXIMUM = 2_000;
/** USER_HZ of every Linux that has mattered. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
const TEXT_MAXIMUM = 200;

/** The guest's end of the link, by which its session is known. */
const LINK_PROGRAM = "/usr/lib/corral/link";

/* Four programs, however many processes there are: each costs milliseconds in a guest. One that ends meanwhile is no failure. */
const SCRIPT = `cd /proc || exit 1
echo "self $$"
cat uptime
grep -s '^Uid:' [0-9]*/status
cat [0-9]*/stat 2>/dev/null
head -v -c ${TEXT_MAXIMUM} [0-9]*/cmdline 2>/dev/null
true`;

export const readProcesses = async (run: RunCommand): Promise<GuestProcesses> =>
  parseProcesses(await runShell(run, SCRIPT, { timeoutMs: TIMEOUT_MS }));

/** Whatever is not understood is left out: the guest may say anything. */
export const parseProcesses = (output: Buffer): GuestProcesses => {
  const text = output.toString();
  const commandsAt = text.indexOf("==> ");
  const facts = commandsAt < 0 ? text : text.slice(0, commandsAt);
  const commands = commandLines(commandsAt < 0 ? "" : text.slice(commandsAt));
  const uptimeSeconds = Number(/^\d+\.\d+/m.exec(facts)?.[0] ?? 0);
  const uids = new Map(
    [...facts.matchAll(/^(\d{1,8})\/status:Uid:\t(\d{1,10})\t/gm)].map(([, pid, uid]) => [pid, uid]),
  );
  // The list's own command leads a session of its own.
  const ownSessions = new Set([Number(/^self (\d{1,8})$/m.exec(facts)?.[1])]);
  const rows = [...facts.matchAll(/^(\d{1,8}) \((.*)\) ([A-Za-z]) (-?\d[-\d ]*)$/gm)]
    .slice(0, PROCESSES_MAXIMUM)
    .map(([, pid = "", name = "", state = "", numbers = ""]) => {
      // From the parent on: proc(5), fields 4 and on.
      const field = (number: number): number => Number(numbers.split(" ")[number - 4] ?? 0) || 0;
      const uid = uids.get(pid);
      const command = commands.get(pid) ?? "";
      const session = field(6);
      if (command.includes(LINK_PROGRAM)) ownSessions.add(session);
      return {
        session,
        pid: Number(pid),
        parent: field(4),
        uid: uid === undefined ? null : Number(uid),
        state,
        name: printable(name),
        command,
        cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND,
        ageSeconds: Math.max(0, uptimeSeconds - field(22) / TICKS_PER_SECOND),
        residentBytes: Math.min(Math.max(0, field(24)) * PAGE_BYTES, Number.MAX_SAFE_INTEGER),
      };
    });
  const processes = rows.map(({ session, ...row }) => ({ ...row, corral: session !== 0 && ownSessions.has(session) }));
  return { uptimeSeconds, processes };
};

/** As head -v prints them, by pid. */
const commandLines = (text: string): Map<string, string> =>
  new Map(
    text.split("==> ").flatMap((part) => {
      const [, pid, command = ""] = /^(\d{1,8})\/cmdline <==\n(.*)$/s.exec(part) ?? [];
      return pid === undefined ? [] : [[pid, printable(command.replaceAll("\0", " "))] as const];
    }),
  );
