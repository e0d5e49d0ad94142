import {
  type DebuggerState,
  type DebugTool,
  debugTool,
  type Guest,
  guestCan,
  STRACE_TARGETS,
  type StraceTarget,
  SYSCALL_SETS,
  type SyscallSet,
} from "@corral/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Bug } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf, toastError } from "../api/errors.ts";
import { debuggerQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { SelectField } from "../ui/Field.tsx";
import { EmptyState, Notice } from "../ui/Notice.tsx";
import { DebuggerTerminal, type WantedDebugger } from "./DebuggerTerminal.tsx";

const MEANINGS: Readonly<Record<DebugTool, string>> = {
  gdb: "The guest stands still from the moment gdb attaches until continue or detach: nothing in it runs, its consoles and mconsole do not answer, connections to it may time out, and its clock jumps when it goes on. Breakpoints stop it again. A wrong command can end it: what it had not written to its disks is lost then.",
  strace:
    "The guest runs on, several times slower, while each system call that its kernel makes of the host is shown. Connections may time out if it is busy. Programs in the guest are not shown: its kernel traces those itself.",
};

/** gdb or strace on the process that is the guest's kernel. For admins. */
export const Debugger = ({ guest, onLeave }: { guest: Guest; onLeave: () => void }) => {
  const { data, error } = useQuery(debuggerQuery(guest.id));
  const [wanted, setWanted] = useState<WantedDebugger>();
  if (wanted !== undefined) {
    return <DebuggerTerminal guest={guest} wanted={wanted} onLeave={onLeave} onDone={() => setWanted(undefined)} />;
  }
  if (error !== null) {
    return (
      <EmptyState icon={Bug} title="The debugger cannot be used">
        {messageOf(error)}
      </EmptyState>
    );
  }
  if (data === undefined) return <div className="h-full bg-surface" />;
  if (!data.enabled) {
    return (
      <EmptyState icon={Bug} title="Debuggers are switched off">
        Whoever runs this server can allow them to admins: start it with <code>CORRAL_DEBUGGER=1</code>.
      </EmptyState>
    );
  }
  return <Choice guest={guest} state={data} onAttach={setWanted} />;
};

interface ChoiceProps {
  readonly guest: Guest;
  readonly state: DebuggerState;
  readonly onAttach: (wanted: WantedDebugger) => void;
}

const Choice = ({ guest, state, onAttach }: ChoiceProps) => {
  const [tool, setTool] = useState<DebugTool>("gdb");
  const [target, setTarget] = useState<StraceTarget>("kernel");
  const [syscalls, setSyscalls] = useState<SyscallSet>("all");
  const [asking, setAsking] = useState(false);
  const detach = useMutation({
    mutationFn: () => api.endDebugger({ params: { id: guest.id } }),
    onError: toastError,
  });
  const { name } = guest.definition;
  const holder = guest.debugger;
  const unavailable = state.tools.find((each) => each.tool === tool)?.unavailable ?? null;
  const verdict = guestCan("debug", guest);
  const blocked =
    unavailable ??
    (verdict.allowed ? undefined : verdict.reason) ??
    (holder === null ? undefined : `${holder.user} has ${holder.tool} on it: there can be one debugger.`);

  return (
    <section aria-label="Debugger" className="h-full overflow-auto bg-surface p-5">
      <div className="flex max-w-150 flex-col gap-4">
        {holder !== null && (
          <Notice
            kind="warning"
            title={`${name} is held by a debugger`}
            action={
              <Button label={`Detach ${holder.tool}`} small busy={detach.isPending} onClick={() => detach.mutate()} />
            }
          >
            {holder.user} attached {holder.tool} to its kernel at {new Date(holder.since).toLocaleTimeString()}.
          </Notice>
        )}
        <SelectField path="tool" label="Debugger" value={tool} onChange={(value) => setTool(value as DebugTool)}>
          {debugTool.options.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
        {tool === "strace" && (
          <>
            <SelectField
              path="target"
              label="Processes"
              value={target}
              onChange={(value) => setTarget(value as StraceTarget)}
            >
              {Object.entries(STRACE_TARGETS).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </SelectField>
            <SelectField
              path="syscalls"
              label="System calls"
              value={syscalls}
              onChange={(value) => setSyscalls(value as SyscallSet)}
            >
              {Object.entries(SYSCALL_SETS).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </SelectField>
          </>
        )}
        <Notice kind={unavailable === null ? "info" : "warning"}>{unavailable ?? MEANINGS[tool]}</Notice>
        <div>
          <Button
            label={`Attach ${tool}`}
            icon={Bug}
            variant="primary"
            blocked={blocked}
            onClick={() => setAsking(true)}
          />
        </div>
      </div>
      {asking && (
        <ConfirmDialog
          title={`Attach ${tool} to the kernel of ${name}?`}
          confirm={`Attach ${tool}`}
          dangerous
          onConfirm={() => {
            setAsking(false);
            const common = { type: "attach", confirm: true } as const;
            onAttach(tool === "gdb" ? { ...common, tool } : { ...common, tool, target, syscalls });
          }}
          onClose={() => setAsking(false)}
        >
          {MEANINGS[tool]}
        </ConfirmDialog>
      )}
    </section>
  );
};
