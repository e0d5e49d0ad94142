import { type Disk, type Guest, type Image, OPERATIONS, type RestartPolicy } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleAlert, Info, RotateCw } from "lucide-react";
import { imagesQuery, kernelsQuery, networkQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { versionBeside } from "../library/kernelVersion.ts";
import { LastLines } from "../log/LastLines.tsx";
import { Button } from "../ui/Button.tsx";
import { CommandLine, CopyButton } from "../ui/Copy.tsx";
import { Fact, Facts, Part } from "../ui/Facts.tsx";
import { Notice } from "../ui/Notice.tsx";
import { counted, formatMebibytes } from "../ui/quantities.ts";
import { Tag } from "../ui/Tag.tsx";
import { Age, Uptime } from "../ui/Time.tsx";
import { blockedBy, useOperations } from "./operations.tsx";
import { Vitals } from "./Vitals.tsx";

/** An address hardly changes. */
const ADDRESS_EVERY_MS = 60_000;

const RESTARTS: Record<RestartPolicy, string> = {
  never: "never",
  "on-crash": "after a crash",
  always: "always",
};

export const Overview = ({ guest }: { guest: Guest }) => {
  const { definition } = guest;
  const images = useQuery(imagesQuery).data;
  const kernel = useQuery(kernelsQuery).data?.find(({ id, name }) => [id, name].includes(definition.kernel));
  const source = definition.disks[0]?.source;
  const image =
    source?.kind === "image" ? images?.find(({ id, name }) => [id, name].includes(source.image)) : undefined;
  const on = guest.startedAt !== null && guest.state !== "stopped" && guest.state !== "crashed";

  return (
    <div className="flex h-full flex-col gap-5 overflow-y-auto p-4">
      {guest.restartNeeded && <RestartNeeded guest={guest} />}
      {guest.warnings.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
      {!on && guest.ending !== null && <LastEnding guest={guest} />}
      {guest.state === "crashed" && <LastLines guest={guest} />}
      {definition.description !== "" && <p className="text-muted">{definition.description}</p>}

      <Facts>
        <Fact label="Uptime">{on && guest.startedAt !== null ? <Uptime since={guest.startedAt} /> : "—"}</Fact>
        {guest.statusLine !== null && (
          <Fact label="It says">
            <span title={guest.statusLine.text}>{guest.statusLine.text}</span>
          </Fact>
        )}
        <Fact label="In this state">
          <Uptime since={guest.since} />
        </Fact>
        <Fact label="Memory">{formatMebibytes(definition.memoryMiB)}</Fact>
        <Fact label="Kernel">
          {kernel?.name ?? definition.kernel}
          {kernel !== undefined && <span className="text-faint"> {versionBeside(kernel)}</span>}
        </Fact>
        <Fact label="Owner">{definition.owner}</Fact>
        {guest.state === "running" && guest.link === "up" && <Address guest={guest} />}
        <Fact label="Process">{guest.pid ?? "—"}</Fact>
        <Fact label="Boots">
          {guest.boots}
          {guest.bootRetries > 0 && (
            <span className="text-faint"> · {counted(guest.bootRetries, "boot")} tried again</span>
          )}
        </Fact>
        <Fact label="Hang watchdog">
          {guest.noWatchdog === null ? (
            "on /dev/watchdog"
          ) : (
            <span className="whitespace-normal">{guest.noWatchdog}</span>
          )}
        </Fact>
        <Fact label="Starts with Corral">{definition.autostart ? "yes" : "no"}</Fact>
        <Fact label="Starts again">{RESTARTS[definition.restartPolicy]}</Fact>
        <Fact label="Created">
          <Age at={guest.createdAt} />
        </Fact>
        {definition.tags.length > 0 && (
          <Fact label="Tags">
            <span className="flex flex-wrap gap-1 py-0.5">
              {definition.tags.map((tag) => (
                <Tag key={tag}>{tag}</Tag>
              ))}
            </span>
          </Fact>
        )}
      </Facts>

      {on && <Vitals guest={guest} />}
      {image !== undefined && <Login image={image} />}
      <Disks disks={definition.disks} images={images ?? []} />
      <Part title="From a shell">
        <div className="flex flex-col gap-1.5">
          <CommandLine command={`corral console ${definition.name}`} />
          <CommandLine command={on ? `corral shutdown ${definition.name}` : `corral start ${definition.name}`} />
        </div>
      </Part>
      {definition.notes !== "" && (
        <Part title="Notes">
          <p className="whitespace-pre-wrap text-muted wrap-anywhere">{definition.notes}</p>
        </Part>
      )}
    </div>
  );
};

/** What it can be reached at, as far as it says so itself. */
const Address = ({ guest }: { guest: Guest }) => {
  const interfaces = useQuery({ ...networkQuery(guest.id), refetchInterval: ADDRESS_EVERY_MS }).data?.interfaces ?? [];
  const addresses = interfaces.filter(({ name }) => name !== "lo").flatMap((each) => each.addresses);
  return <Fact label="Address">{addresses.map((address) => address.replace(/\/\d+$/, "")).join(", ") || "none"}</Fact>;
};

const RestartNeeded = ({ guest }: { guest: Guest }) => {
  const { operate, busy } = useOperations();
  return (
    <div className="flex gap-2.5 rounded-md border border-line bg-sunken p-3">
      <Info aria-hidden size={16} className="mt-0.5 shrink-0 text-muted" />
      <div className="flex-1">
        <p className="font-medium">The definition was changed</p>
        <p className="text-muted">The guest takes it up at its next start.</p>
      </div>
      <Button
        label={OPERATIONS.restart.label}
        icon={RotateCw}
        small
        blocked={blockedBy("restart", guest)}
        busy={busy.has(`${guest.id}:restart`)}
        hint={OPERATIONS.restart.meaning}
        onClick={() => void operate("restart", [guest])}
      />
    </div>
  );
};

const LastEnding = ({ guest: { ending, state } }: { guest: Guest }) => {
  if (ending === null) return null;
  const Icon = state === "crashed" ? CircleAlert : Info;
  return (
    <div className="flex gap-2.5 rounded-md border border-line bg-sunken p-3">
      <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${state === "crashed" ? "text-wrong" : "text-muted"}`} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        <p className={state === "crashed" ? "font-medium" : ""}>{ending.message}</p>
        {ending.remedy !== null && <p className="text-muted">{ending.remedy}</p>}
        <p className="mt-1 text-small text-faint">
          <Age at={ending.at} />
          {ending.exitCode !== null && ending.exitCode !== 0 && ` · exit status ${ending.exitCode}`}
        </p>
      </div>
    </div>
  );
};

const Login = ({ image: { login, name } }: { image: Image }) => (
  <Part title="Login">
    <Facts>
      {login.user !== null && (
        <Fact label="User">
          <code className="font-mono text-small">{login.user}</code>
        </Fact>
      )}
      {login.password !== null && (
        <Fact label="Password">
          <span className="flex items-center gap-1">
            <code className="truncate font-mono text-small">{login.password}</code>
            <CopyButton text={login.password} label="Copy the password" />
          </span>
        </Fact>
      )}
    </Facts>
    <p className="mt-1 text-small text-faint">
      {login.note} As made from the image {name}; the guest may have changed it.
    </p>
  </Part>
);

const FLAGS = [
  ["readOnly", "read-only"],
  ["synchronous", "synchronous"],
  ["ignoreCow", "plain data"],
  ["shared", "no lock"],
  ["noDiscard", "no discard"],
] as const;

const Disks = ({ disks, images }: { disks: readonly Disk[]; images: readonly Image[] }) => (
  <Part title="Disks">
    {disks.length === 0 && <p className="text-faint">None</p>}
    <ul className="flex flex-col gap-1.5">
      {disks.map((disk) => (
        <li key={disk.ubd} className="flex items-baseline gap-3">
          <code className="w-12 shrink-0 font-mono text-small">ubd{disk.ubd}</code>
          <span className="min-w-0 flex-1 wrap-anywhere">
            <DiskSource disk={disk} images={images} />
            <span className="text-faint">
              {FLAGS.filter(([flag]) => disk[flag]).map(([, words]) => ` · ${words}`)}
              {disk.serial !== null && ` · ${disk.serial}`}
            </span>
          </span>
          <code className="shrink-0 font-mono text-small text-faint">/dev/ubd{String.fromCharCode(97 + disk.ubd)}</code>
        </li>
      ))}
    </ul>
  </Part>
);

const DiskSource = ({ disk: { source }, images }: { disk: Disk; images: readonly Image[] }) => {
  if (source.kind === "empty") return <>New, {formatMebibytes(source.sizeMiB)}</>;
  if (source.kind === "file") return <code className="font-mono text-small">{source.path}</code>;
  const image = images.find(({ id, name }) => [id, name].includes(source.image));
  return (
    <>
      Over{" "}
      <Link {...paths.images()} className="underline decoration-line-strong underline-offset-2 hover:decoration-ink">
        {image?.name ?? source.image}
      </Link>
    </>
  );
};
