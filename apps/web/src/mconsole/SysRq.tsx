import type { Guest, SysrqKey } from "@corral/contracts";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Every SysRq key in words; what it printed stands beside. */
export const SysRq = ({ guest }: { guest: Guest }) => {
  const { id } = guest;
  const [asking, setAsking] = useState<SysrqKey>();
  const { data, error } = useQuery({
    queryKey: ["sysrq", id, guest.definition.kernel],
    queryFn: ({ signal }) => api.mconsoleSysrqKeys({ params: { id } }, { signal }),
  });
  const press = useMutation({
    mutationFn: async ({ key, danger }: SysrqKey) => ({
      key,
      ...(await api.mconsoleSysrq({ params: { id }, body: { key, confirm: danger === "asks" } })),
    }),
  });
  const off = guest.pid === null ? "The guest is off. Start it first." : undefined;

  return (
    <section aria-label="SysRq" className="flex h-full min-h-0 max-md:flex-col">
      <ul className="min-h-0 overflow-y-auto border-line p-2 max-md:max-h-1/2 max-md:border-b md:w-90 md:shrink-0 md:border-r">
        {error !== null && <Notice kind="warning">{messageOf(error)}</Notice>}
        {data?.items.map((item) => (
          <li key={item.key} className="flex items-center gap-2 px-1 py-0.5">
            <kbd className="w-5 shrink-0 text-center font-mono text-small text-faint">{item.key}</kbd>
            <Button
              label={item.label}
              small
              variant="ghost"
              className={`flex-1 justify-start! ${item.danger === "asks" ? "text-wrong!" : ""}`}
              hint={item.danger === "asks" ? `${item.meaning} You are asked first.` : item.meaning}
              blocked={item.reason ?? off}
              busy={press.isPending && press.variables.key === item.key}
              onClick={() => (item.danger === "asks" ? setAsking(item) : press.mutate(item))}
            />
          </li>
        ))}
      </ul>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-3 text-small text-muted">
          <span className="flex-1" role="status">
            {press.data === undefined
              ? "What a key printed stands here, and in the kernel log."
              : `sysrq ${press.data.key}`}
          </span>
          <CopyButton text={press.data?.text ?? ""} label="Copy the output" />
        </div>
        <div className="min-h-0 flex-1 overflow-auto p-3">
          {press.error !== null && <Notice kind="warning">{messageOf(press.error)}</Notice>}
          {press.error === null && press.data !== undefined && (
            <pre className="font-mono text-small">{press.data.text.trim() || "It printed nothing."}</pre>
          )}
        </div>
      </div>
      {asking !== undefined && (
        <ConfirmDialog
          title={`${asking.label} (SysRq ${asking.key}) in ${guest.definition.name}?`}
          confirm={asking.label}
          dangerous
          onConfirm={() => {
            setAsking(undefined);
            press.mutate(asking);
          }}
          onClose={() => setAsking(undefined)}
        >
          {asking.meaning}
        </ConfirmDialog>
      )}
    </section>
  );
};
