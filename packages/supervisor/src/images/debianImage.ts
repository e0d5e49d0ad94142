import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CorralError, impossible, type NewDebianImage } from "@corral/contracts";
import { aptMirror, sourcesList, withoutCredentials } from "./aptMirror.ts";
import { GUEST_FILES, GUEST_PROGRAMS } from "./guestFiles.ts";
import type { BuiltImage, ImageBuild } from "./imageBuild.ts";
import { publishImage } from "./imageFile.ts";
import { runTool } from "./toolSandbox.ts";
import { inWorkFolder } from "./workFolder.ts";

export type DebianImageRequest = Omit<NewDebianImage, "name"> & {
  /** Folders of the kernels' modules, each named for its kernel's release; copied in whole, about 100 MB each. */
  readonly modules: readonly string[];
};

/** sysvinit with a boot script of ours is at a prompt a second after the kernel's own boot; systemd takes ten. */
const SYSVINIT = ["sysvinit-core", "sysv-rc", "initscripts"];
/** Any of these among the extra packages brings systemd instead; the image is made for both. */
const SYSTEMD = ["systemd", "systemd-sysv"];
/** What a person at a console expects beside the essential packages. */
const BASE = ["procps", "iproute2", "iputils-ping", "netbase", "kmod", "less", "vim-tiny"];

/** What the build says when a step begins, and about how far it is then. */
const STEPS: readonly (readonly [RegExp, number, string])[] = [
  [/^I: running apt-get update/m, 0.02, "reading package lists"],
  [/^I: downloading packages/m, 0.1, "downloading packages"],
  [/^I: extracting archives/m, 0.2, "unpacking essential packages"],
  [/^I: installing essential packages/m, 0.3, "setting up essential packages"],
  [/^I: installing remaining packages/m, 0.5, "installing the other packages"],
  [/^corral: setting up the image/m, 0.85, "setting up the image"],
  [/^corral: making the file system/m, 0.9, "making the file system"],
];

/**
 * A Debian system built with mmdebstrap from the mirror that the host's apt uses. Needs no root, no subordinate ids and
 * no setuid program: see guest/debian/build/build. About half a minute for a small one.
 */
export const buildDebianImage = async (request: DebianImageRequest, build: ImageBuild): Promise<BuiltImage> =>
  inWorkFolder(build.workFolder, async (folder) => {
    build.onProgress(0, "asking apt for its mirror");
    const mirror = await aptMirror(build.signal);
    const sources = sourcesList(mirror, request.suite);
    const files = {
      "sources.list": sources,
      "guest-sources.list": withoutCredentials(sources),
      "apt.conf": mirror.configuration,
      authorized_keys: request.sshKey === null ? "" : `${request.sshKey}\n`,
      "password-hash": await passwordHash(request.rootPassword),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });

    await runTool({
      argv: [join(GUEST_FILES, "debian/build/build")],
      workFolder: folder,
      readable: [GUEST_FILES, GUEST_PROGRAMS],
      environment: {
        ...proxyVariables(),
        SUITE: request.suite,
        INCLUDE: packagesOf(request).join(","),
        HOST_NAME: request.hostname,
        SIZE_MIB: String(request.sizeMiB),
        FILES: [join(GUEST_FILES, "debian/files"), GUEST_PROGRAMS].join("\n"),
        MODULES: request.modules.join("\n"),
      },
      signal: build.signal,
      onOutput: (output) => {
        build.onOutput(withoutCredentials(output));
        for (const [begins, fraction, step] of STEPS) if (begins.test(output)) build.onProgress(fraction, step);
      },
    }).catch((error: unknown) => {
      throw explained(error, request);
    });

    build.onProgress(0.95, "computing its checksum");
    const facts = await publishImage(join(folder, "image"), build.file, build.signal);
    const { suite, packages, hostname } = request;
    return { origin: { kind: "debian", suite, packages, hostname }, login: loginOf(request), facts };
  });

const packagesOf = ({ packages, sshKey }: DebianImageRequest): string[] => {
  const init = packages.some((name) => SYSTEMD.includes(name)) ? ["systemd-sysv", "dbus"] : SYSVINIT;
  return [...new Set([...init, ...BASE, ...(sshKey === null ? [] : ["openssh-server"]), ...packages])];
};

const loginOf = ({ rootPassword, sshKey }: DebianImageRequest): BuiltImage["login"] => ({
  user: "root",
  password: null,
  note: [
    rootPassword ? "The password is the one given when the image was built." : "root is logged in on every console.",
    ...(sshKey === null ? [] : ["With ssh, the key given when it was built."]),
  ].join(" "),
});

/** For /etc/shadow, or "" for none. The password itself is on no command line and in no file. */
const passwordHash = async (password: string | null): Promise<string> => {
  if (password === null || password === "") return "";
  const child = spawn("openssl", ["passwd", "-6", "-stdin"], { stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => {});
  try {
    child.stdin.end(`${password}\n`);
    const [hash] = await Promise.all([text(child.stdout), once(child, "close")]);
    if (!hash.startsWith("$6$")) throw new Error("no hash");
    return hash.trim();
  } catch {
    throw new CorralError("host_unfit", "The root password was not hashed: openssl failed. apt-get install openssl");
  }
};

/** apt takes a proxy from the environment as well. */
const proxyVariables = (): Record<string, string> =>
  Object.fromEntries(
    ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Says which field of the request is to blame, where that can be told. */
const explained = (error: unknown, request: DebianImageRequest): unknown => {
  if (!(error instanceof CorralError) || error.code !== "impossible") return error;
  const message = withoutCredentials(error.message);
  if (/Could not allocate/.test(message)) {
    return impossible("sizeMiB", `these packages do not fit into ${request.sizeMiB} MiB. Give the image more room.`);
  }
  const [, missing] = /Unable to locate package (\S+)/.exec(message) ?? [];
  if (missing !== undefined) {
    return impossible("packages", `there is no package "${missing}" in ${request.suite}'s main archive.`);
  }
  return new CorralError(
    "impossible",
    `The Debian image was not built. The task's output has the whole story.\n${message}`,
  );
};
