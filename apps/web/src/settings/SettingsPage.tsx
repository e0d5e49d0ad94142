import { useQuery } from "@tanstack/react-query";
import { healthQuery, meQuery } from "../api/queries.ts";
import { setTheme, THEMES, useTheme } from "../app/theme.ts";
import { Page, Section } from "../ui/Page.tsx";
import { formatBytes } from "../ui/quantities.ts";
import { Audit } from "./Audit.tsx";
import { HostChecks } from "./HostChecks.tsx";
import { SshDoor } from "./SshDoor.tsx";
import { Strangers } from "./Strangers.tsx";

const SettingsPage = () => {
  const isAdmin = useQuery(meQuery).data?.user.role === "admin";
  return (
    <Page title="Settings">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <HostChecks />
        <SshDoor isAdmin={isAdmin} />
        {isAdmin && <Strangers />}
        {isAdmin && <Audit />}
        <Appearance />
        <About />
      </div>
    </Page>
  );
};

const Appearance = () => {
  const theme = useTheme();
  return (
    <Section title="Theme">
      <div role="radiogroup" aria-label="Theme" className="inline-flex rounded-md border border-line-strong p-0.5">
        {THEMES.map((each) => (
          <label
            key={each}
            className="rounded-sm px-3 py-1 capitalize text-muted has-checked:bg-inverse has-checked:text-on-inverse has-focus-visible:outline-2"
          >
            <input
              type="radio"
              name="theme"
              className="sr-only"
              checked={theme === each}
              onChange={() => setTheme(each)}
            />
            {each}
          </label>
        ))}
      </div>
    </Section>
  );
};

const About = () => {
  const { data } = useQuery(healthQuery);
  return (
    <Section title="About">
      <dl className="grid grid-cols-[9rem_minmax(0,1fr)] gap-y-1">
        <dt className="text-faint">Version</dt>
        <dd>{data?.version ?? "—"}</dd>
        {data?.host !== undefined && (
          <>
            <dt className="text-faint">CPUs</dt>
            <dd>{data.host.cpus}</dd>
            <dt className="text-faint">Memory</dt>
            <dd>
              {formatBytes(data.host.memoryAvailableBytes)} free of {formatBytes(data.host.memoryBytes)}
            </dd>
            <dt className="text-faint">Disk</dt>
            <dd>{formatBytes(data.host.diskFreeBytes)} free</dd>
          </>
        )}
      </dl>
    </Section>
  );
};

export default SettingsPage;
