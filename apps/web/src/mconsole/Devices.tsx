import { disk, type Guest, type GuestDevice } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, Unplug } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { imagesQuery, meQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { CheckField, SelectField, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { NewInterface } from "./NewInterface.tsx";

/** What is plugged into the running guest, as its kernel says it, and changes for this run or for good. */
export const Devices = ({ guest }: { guest: Guest }) => {
  const { id } = guest;
  const queries = useQueryClient();
  const [keep, setKeep] = useState(false);
  const on = guest.pid !== null && guest.state !== "starting";
  const key = ["guests", "devices", id] as const;
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.listDevices({ params: { id } }, { signal }),
    enabled: on,
    retry: false,
  });
  const change = useMutation({
    mutationFn: async (what: () => Promise<unknown>) => what(),
    onSettled: () => queries.invalidateQueries({ queryKey: ["guests"] }),
  });
  const run = (what: () => Promise<unknown>) => change.mutate(what);
  const busy = change.isPending;
  const list = (kind: GuestDevice["kind"], actionOf: (device: GuestDevice) => ReactNode) => (
    <ul>
      {data?.devices
        .filter((each) => each.kind === kind)
        .map((each) => (
          <Row key={each.device} device={each}>
            {actionOf(each)}
          </Row>
        ))}
    </ul>
  );
  const remove = ({ device }: GuestDevice) => (
    <Remove guest={guest} device={device} keep={keep} run={run} busy={busy} />
  );
  const removeOrPlug = (each: GuestDevice, plug: () => void) =>
    each.plugged ? (
      remove(each)
    ) : (
      <Button
        label={`Plug ${each.device} in again`}
        icon={Plug}
        small
        variant="ghost"
        showLabel="never"
        busy={busy}
        onClick={plug}
      />
    );

  if (!on) {
    return (
      <div className="p-4">
        <Notice>The guest is off. Its definition says what it has at the next start.</Notice>
      </div>
    );
  }
  return (
    <div className="flex h-full flex-col gap-5 overflow-y-auto p-4">
      <CheckField
        label="Keep changes in the definition"
        hint={
          keep
            ? "The next start has them too. A disk that is removed is deleted with what is on it."
            : "They last for this run of the guest."
        }
        checked={keep}
        onChange={setKeep}
      />
      {error !== null && <Notice kind="warning">{messageOf(error)}</Notice>}
      {change.error !== null && (
        <Notice kind="warning" title="The change was refused">
          {messageOf(change.error)}
        </Notice>
      )}
      <Group title="Disks">
        {list("disk", (each) =>
          removeOrPlug(each, () => {
            const defined = guest.definition.disks.find(({ ubd }) => `ubd${ubd}` === each.device);
            if (defined !== undefined) run(() => api.plugDisk({ params: { id }, body: { disk: defined } }));
          }),
        )}
        <NewDisk guest={guest} keep={keep} run={run} busy={busy} />
      </Group>
      <Group title="Consoles">{list("console", (each) => each.device !== "con0" && remove(each))}</Group>
      <Group title="Network interfaces">
        {list("network", (each) =>
          removeOrPlug(each, () => {
            const defined = guest.definition.interfaces.find(({ device }) => device === each.device);
            if (defined !== undefined) run(() => api.plugInterface({ params: { id }, body: { interface: defined } }));
          }),
        )}
        <NewInterface
          guest={guest}
          taken={data?.devices.map(({ device }) => device) ?? []}
          keep={keep}
          run={run}
          busy={busy}
        />
      </Group>
      <AnySetting guest={guest} run={run} busy={busy} />
      <Memory guest={guest} free={data?.memory?.freeKiB} run={run} busy={busy} />
    </div>
  );
};

type Run = (what: () => Promise<unknown>) => void;

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h2 className="mb-2 text-small font-medium text-faint">{title}</h2>
    {children}
  </section>
);

const Row = ({ device, children }: { device: GuestDevice; children: ReactNode }) => (
  <li className="flex min-h-8 items-center gap-3">
    <code className="w-12 shrink-0 font-mono text-small">{device.device}</code>
    <span className="min-w-0 flex-1">
      <code className="font-mono text-small text-muted wrap-anywhere">{device.setting ?? "not plugged in"}</code>
      {device.plugged && !device.defined && <span className="text-small text-faint"> · for this run</span>}
    </span>
    {children}
  </li>
);

interface ActionProps {
  readonly guest: Guest;
  readonly run: Run;
  readonly busy: boolean;
}

const Remove = ({ guest, device, keep, run, busy }: ActionProps & { device: string; keep: boolean }) => (
  <Button
    label={`Remove ${device}${keep ? " for good" : ""}`}
    icon={Unplug}
    small
    variant="ghost"
    showLabel="never"
    busy={busy}
    onClick={() => run(() => api.mconsoleRemove({ params: { id: guest.id }, body: { device, keep } }))}
  />
);

const NewDisk = ({ guest, keep, run, busy }: ActionProps & { keep: boolean }) => {
  const images = useQuery(imagesQuery).data ?? [];
  const used = new Set(guest.definition.disks.map(({ ubd }) => ubd));
  const free = Array.from({ length: 16 }, (_, ubd) => ubd).find((ubd) => !used.has(ubd)) ?? 15;
  const [ubd, setUbd] = useState("");
  const [from, setFrom] = useState("");
  const [size, setSize] = useState("64");
  const source = from === "" ? { kind: "empty", sizeMiB: Number(size) } : { kind: "image", image: from };
  const wish = disk.safeParse({ ubd: Number(ubd || free), source });
  return (
    <form
      className="mt-2 grid grid-cols-[3rem_minmax(0,1fr)_5.5rem_auto] items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (wish.success) run(() => api.plugDisk({ params: { id: guest.id }, body: { disk: wish.data, keep } }));
      }}
    >
      <TextField
        path="disk.ubd"
        label="ubd"
        inputMode="numeric"
        value={ubd}
        placeholder={String(free)}
        onChange={setUbd}
      />
      <SelectField path="disk.source" label="From" value={from} onChange={setFrom}>
        <option value="">New, empty</option>
        {images.map(({ id, name, available }) => (
          <option key={id} value={name} disabled={!available}>
            Image {name}
          </option>
        ))}
      </SelectField>
      <TextField
        path="disk.source.sizeMiB"
        label="Size"
        unit="MiB"
        inputMode="numeric"
        disabled={from !== ""}
        value={from === "" ? size : ""}
        onChange={setSize}
      />
      <Button
        label="Plug in"
        type="submit"
        busy={busy}
        blocked={wish.success ? undefined : (wish.error.issues[0]?.message ?? "Not a disk.")}
      />
    </form>
  );
};

/** Whatever the kernel takes: only an admin may, since a setting can name files and networks. */
const AnySetting = ({ guest, run, busy }: ActionProps) => {
  const admin = useQuery(meQuery).data?.user.role === "admin";
  const [device, setDevice] = useState("vec0");
  const [value, setValue] = useState("");
  if (!admin) return null;
  return (
    <Group title="Any setting that the kernel takes">
      <form
        className="grid grid-cols-[5rem_minmax(0,1fr)_auto_auto] items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          run(() => api.mconsoleSetConfig({ params: { id: guest.id }, body: { device, value } }));
        }}
      >
        <TextField path="device" label="Device" mono value={device} onChange={setDevice} />
        <TextField
          path="value"
          label="Setting, for this run"
          mono
          placeholder="transport=…"
          value={value}
          onChange={setValue}
        />
        <Button label="Set" type="submit" busy={busy} blocked={value === "" ? "Say what to set it to." : undefined} />
        <Button
          label="Remove"
          busy={busy}
          onClick={() => run(() => api.mconsoleRemove({ params: { id: guest.id }, body: { device } }))}
        />
      </form>
    </Group>
  );
};

const Memory = ({ guest, free, run, busy }: ActionProps & { free: number | undefined }) => {
  const [amount, setAmount] = useState("16");
  const change = (sign: 1 | -1) =>
    run(() => api.changeMemory({ params: { id: guest.id }, body: { changeMiB: sign * Number(amount) } }));
  const wrong = /^[1-9]\d*$/.test(amount) ? undefined : "Give a whole number of MiB.";
  return (
    <Group title="Memory">
      <p className="mb-2 text-muted">
        {free === undefined ? "—" : `${Math.round(free / 1024)} MiB of ${guest.definition.memoryMiB} MiB are free.`}{" "}
        Only free memory can be taken; the definition stays as it is.
      </p>
      <div className="flex items-end gap-2">
        <TextField
          path="changeMiB"
          label="Amount"
          unit="MiB"
          inputMode="numeric"
          value={amount}
          onChange={setAmount}
          className="w-28"
        />
        <Button label="Take away" busy={busy} blocked={wrong} onClick={() => change(-1)} />
        <Button label="Give back" busy={busy} blocked={wrong} onClick={() => change(1)} />
      </div>
    </Group>
  );
};
