import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CorralError, DEBIAN_SUITES, type NewDebianImage } from "@corral/contracts";

/** Where the host's apt gets Debian from. */
export interface AptMirror {
  readonly main: string;
  /** null: the host's apt has no security updates, so images get none either. */
  readonly security: string | null;
  /** apt.conf lines by which the host's apt reaches it, such as a proxy; often none. */
  readonly configuration: string;
}

type Suite = NewDebianImage["suite"];

/** Suites with point releases, so with updates and security updates in suites of their own. */
const STABLE_SUITES: readonly Suite[] = ["bookworm", "trixie"];
/** Besides its name, a suite goes by its place in the row. */
const DEBIAN_RELEASES: readonly string[] = [...DEBIAN_SUITES, "bullseye", "stable", "oldstable", "testing", "unstable"];
/** Nothing that means something to a shell, to apt's sources.list or in a second line. */
const PLAIN_URI = /^(https?|mirror\+https?|file|copy):[A-Za-z0-9._~:/@%+-]+$/;
const ASKING_APT_MS = 20_000;

const run = promisify(execFile);

/** Asks the host's apt. Rejects with host_unfit when it has no Debian mirror. */
export const aptMirror = async (signal: AbortSignal): Promise<AptMirror> => {
  const format = "$(REPO_URI) $(RELEASE) $(ORIGIN)";
  const options = { signal, timeout: ASKING_APT_MS };
  const [targets, configuration] = await Promise.all([
    run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"], options),
    run("apt-config", ["dump", "--no-empty"], options),
  ]).catch(() => {
    throw new CorralError("host_unfit", "A Debian image needs the host's apt, and apt-get does not answer.");
  });
  return parseMirror(targets.stdout, configuration.stdout);
};

/** Takes what apt-get indextargets said (URI, release, origin in each line) and what apt-config dump said. */
export const parseMirror = (targets: string, configuration: string): AptMirror => {
  const entries = targets
    .split("\n")
    .map((line) => line.split(" "))
    // The origin is known only once apt-get update has run; until then its place holder stands there.
    .filter(([uri = "", , origin = ""]) => PLAIN_URI.test(uri) && /^(Debian|\$\(ORIGIN\))$/.test(origin))
    .map(([uri = "", release = ""]) => ({ uri, release }));
  const main = entries.find(({ release }) => DEBIAN_RELEASES.includes(release));
  if (main === undefined) {
    throw new CorralError(
      "host_unfit",
      "The host's apt has no Debian mirror, so there is nothing to build a Debian image from. Add one to /etc/apt/sources.list.d and run apt-get update.",
    );
  }
  const security = entries.find(({ release }) => release.endsWith("-security"));
  return {
    main: main.uri,
    security: security?.uri ?? null,
    configuration: configuration
      .split("\n")
      .filter((line) => /^Acquire::(http|https)::(Proxy|CAInfo|Verify)[A-Za-z:.-]* "[^"]*";$/i.test(line))
      .join("\n"),
  };
};

/** sources.list for a suite. */
export const sourcesList = (mirror: AptMirror, suite: Suite): string => {
  const stable = STABLE_SUITES.includes(suite);
  return [
    `deb ${mirror.main} ${suite} main`,
    ...(stable ? [`deb ${mirror.main} ${suite}-updates main`] : []),
    ...(stable && mirror.security !== null ? [`deb ${mirror.security} ${suite}-security main`] : []),
  ]
    .map((line) => `${line}\n`)
    .join("");
};

/** The same text without the user name and password that a URI may carry. */
export const withoutCredentials = (text: string): string => text.replace(/\b(https?:\/\/)[^/\s@]+@/g, "$1");
