import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CorralError, type ErrorDetail, type Role, role } from "@corral/contracts";
import { z } from "zod";

/** With whom people log in by OpenID Connect, and what they are here. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What members of the provider's groups are here; who is in none of these is not let in. */
  readonly roles: readonly { readonly group: string; readonly role: Role }[];
}

/** The ssh door, as far as the start decides it. */
export interface SshSettings {
  /** null: what people have decided meanwhile, and shut before that. */
  readonly isOpen: boolean | null;
  readonly host: string;
  /** 0: any free port; null: what people have decided, or else the usual one. */
  readonly port: number | null;
}

/** How this server was asked to run. */
export interface Settings {
  /** Data folder. */
  readonly home: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where browsers may come from; empty: only this machine, at the port above. */
  readonly origins: readonly string[];
  /** Addresses and networks whose X-Forwarded- headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Files with certificate and key; null: it speaks plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** The provider of single sign-on; null: there is none. */
  readonly oidc: OidcSettings | null;
  readonly ssh: SshSettings;
  /** Control group folder that is this server's own; null: the one that the host handed over, if any. */
  readonly cgroup: string | null;
  /** Admins may attach gdb and strace to guests' kernels. */
  readonly debugger: boolean;
  /** SIGTERM stops the guests too. */
  readonly stopGuests: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

const DEFAULT_PORT = 7070;

const list = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((item) => item.trim()))
  .transform((items) => items.filter((item) => item !== ""));

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && ["http:", "https:"].includes(url.protocol) && url.origin === text.replace(/\/$/, "")) {
    return url.origin;
  }
  context.addIssue(`${text} is not an origin such as https://corral.example`);
  return z.NEVER;
});

const network = z.string().refine((text) => {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = isIP(address) === 6 ? 128 : 32;
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && rest.length === 0 && fits;
}, "must be addresses or networks such as 10.0.0.5 or 10.0.0.0/8, with commas between them");

const flag = z
  .enum(["0", "1"], "must be 0 or 1")
  .default("0")
  .transform((text) => text === "1");

const issuer = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}, "must be the https address by which the provider calls itself, such as https://login.example/realms/main");

const groupRoles = list.pipe(
  z.array(
    z.string().transform((text, context) => {
      // A group's name may have = in it, a role's has not.
      const at = text.lastIndexOf("=");
      const group = text.slice(0, Math.max(at, 0)).trim();
      const parsed = role.safeParse(text.slice(at + 1).trim());
      if (group !== "" && parsed.success) return { group, role: parsed.data };
      context.addIssue(`${text} is not group=role, with one of the roles ${role.options.join(", ")}`);
      return z.NEVER;
    }),
  ),
);

const address = z.union([z.literal("localhost"), z.ipv4(), z.ipv6()], "must be an address such as 127.0.0.1");

const environment = z.object({
  CORRAL_HOME: z.string().optional(),
  XDG_DATA_HOME: z.string().optional(),
  CORRAL_HOST: address.default("127.0.0.1"),
  CORRAL_PORT: z.coerce.number("must be a port number").int().min(0).max(65_535).default(DEFAULT_PORT),
  CORRAL_ORIGINS: list.pipe(z.array(origin)),
  CORRAL_TRUSTED_PROXIES: list.pipe(z.array(network)),
  CORRAL_TLS_CERT: z.string().optional(),
  CORRAL_TLS_KEY: z.string().optional(),
  CORRAL_OIDC_ISSUER: issuer.optional(),
  CORRAL_OIDC_CLIENT_ID: z.string().optional(),
  CORRAL_OIDC_CLIENT_SECRET: z.string().optional(),
  CORRAL_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  CORRAL_OIDC_GROUPS: groupRoles,
  CORRAL_SSH: z.enum(["0", "1"], "must be 0 or 1").optional(),
  CORRAL_SSH_HOST: address.optional(),
  CORRAL_SSH_PORT: z.coerce.number("must be a port number").int().min(0).max(65_535).optional(),
  CORRAL_CGROUP: z.string().startsWith("/", "must be the full path of a folder").optional(),
  CORRAL_DEBUGGER: flag,
  CORRAL_STOP_GUESTS: flag,
  CORRAL_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
});

/** Reads the environment and the command line. Throws a CorralError `host_unfit` that names every wrong setting. */
export const readSettings = (env: NodeJS.ProcessEnv, args: readonly string[]): Settings => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw unusable(parsed.error.issues.map(({ path, message }) => ({ field: String(path[0]), message })));
  }
  const values = parsed.data;
  const flags = flagsOf(args);
  const settings: Settings = {
    home: homeOf(values.CORRAL_HOME, values.XDG_DATA_HOME),
    host: values.CORRAL_HOST,
    port: values.CORRAL_PORT,
    origins: values.CORRAL_ORIGINS,
    trustedProxies: values.CORRAL_TRUSTED_PROXIES,
    tls: readTls(values.CORRAL_TLS_CERT, values.CORRAL_TLS_KEY),
    oidc: readOidc(values),
    ssh: {
      isOpen: flags.ssh ?? (values.CORRAL_SSH === undefined ? null : values.CORRAL_SSH === "1"),
      host: values.CORRAL_SSH_HOST ?? values.CORRAL_HOST,
      port: values.CORRAL_SSH_PORT ?? null,
    },
    cgroup: values.CORRAL_CGROUP ?? null,
    debugger: values.CORRAL_DEBUGGER,
    stopGuests: values.CORRAL_STOP_GUESTS || flags.stopGuests,
    logLevel: values.CORRAL_LOG_LEVEL,
  };
  refuseOpenDoor(settings);
  return settings;
};

const flagsOf = (args: readonly string[]): { stopGuests: boolean; ssh: boolean | null } => {
  try {
    const options = {
      "stop-guests": { type: "boolean" },
      ssh: { type: "boolean" },
      "no-ssh": { type: "boolean" },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    return {
      stopGuests: values["stop-guests"] === true,
      ssh: values["no-ssh"] === true ? false : (values.ssh ?? null),
    };
  } catch (error) {
    throw new CorralError(
      "host_unfit",
      `${(error as Error).message.split(". ")[0]}. The server knows these flags: --stop-guests: SIGTERM stops the guests ` +
        "too; --ssh and --no-ssh: the ssh door is open, or shut. All else is set by environment variables: docs/operations.md.",
    );
  }
};

const homeOf = (home: string | undefined, xdgDataHome: string | undefined): string => {
  if (home !== undefined) return resolve(home);
  // The XDG standard wants a relative path there to be ignored.
  const data = xdgDataHome !== undefined && isAbsolute(xdgDataHome) ? xdgDataHome : join(homedir(), ".local", "share");
  return join(data, "corral");
};

const readTls = (cert: string | undefined, key: string | undefined): Settings["tls"] => {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined) throw unusable([{ field: "CORRAL_TLS_CERT", message: "is needed beside CORRAL_TLS_KEY" }]);
  if (key === undefined) throw unusable([{ field: "CORRAL_TLS_KEY", message: "is needed beside CORRAL_TLS_CERT" }]);
  readText("CORRAL_TLS_CERT", cert);
  readText("CORRAL_TLS_KEY", key);
  return { cert: resolve(cert), key: resolve(key) };
};

const readText = (field: string, file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unusable([{ field, message: `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}` }]);
  }
};

const readOidc = (values: z.output<typeof environment>): OidcSettings | null => {
  const { CORRAL_OIDC_ISSUER, CORRAL_OIDC_CLIENT_ID, CORRAL_OIDC_GROUPS: roles } = values;
  const { CORRAL_OIDC_CLIENT_SECRET: inline, CORRAL_OIDC_CLIENT_SECRET_FILE: file } = values;
  const parts = { CORRAL_OIDC_ISSUER, CORRAL_OIDC_CLIENT_ID, CORRAL_OIDC_CLIENT_SECRET: inline ?? file };
  const missing = Object.entries(parts).filter(([, value]) => value === undefined);
  if (missing.length === Object.keys(parts).length && roles.length === 0) return null;
  if (inline !== undefined && file !== undefined) {
    throw unusable([
      { field: "CORRAL_OIDC_CLIENT_SECRET", message: "is also in CORRAL_OIDC_CLIENT_SECRET_FILE: set one" },
    ]);
  }
  const needed = [
    ...missing.map(([field]) => ({ field, message: "is needed for single sign-on" })),
    ...(roles.length > 0
      ? []
      : [{ field: "CORRAL_OIDC_GROUPS", message: "must say who is let in, such as staff=user,ops=admin" }]),
  ];
  if (needed.length > 0) throw unusable(needed);
  const clientSecret = inline ?? readText("CORRAL_OIDC_CLIENT_SECRET_FILE", file ?? "").trim();
  if (clientSecret === "")
    throw unusable([{ field: "CORRAL_OIDC_CLIENT_SECRET_FILE", message: "names an empty file" }]);
  return { issuer: CORRAL_OIDC_ISSUER ?? "", clientId: CORRAL_OIDC_CLIENT_ID ?? "", clientSecret, roles };
};

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
  host === "localhost" || loopback.check(host.replace(/^\[|\]$/g, ""), host.includes(":") ? "ipv6" : "ipv4");

/** Passwords and consoles never cross a network in the clear, and pages of unknown origin never act for a user. */
const refuseOpenDoor = ({ host, origins, tls, trustedProxies }: Settings): void => {
  if (!isLoopback(host) && tls === null && trustedProxies.length === 0) {
    throw unusable([
      {
        field: "CORRAL_HOST",
        message:
          `${host} is reachable from other machines, and passwords would cross the network in the clear. Set CORRAL_TLS_CERT ` +
          "and CORRAL_TLS_KEY to a certificate, or put a proxy with HTTPS in front and name it in CORRAL_TRUSTED_PROXIES, " +
          "or listen on 127.0.0.1 and come through ssh -L",
      },
    ]);
  }
  if ((!isLoopback(host) || trustedProxies.length > 0) && origins.length === 0) {
    throw unusable([
      {
        field: "CORRAL_ORIGINS",
        message: "must say which addresses people type to come here, such as https://corral.example",
      },
    ]);
  }
  const inTheClear = origins.find((one) => one.startsWith("http:") && !isLoopback(new URL(one).hostname));
  if (inTheClear !== undefined) {
    throw unusable([
      { field: "CORRAL_ORIGINS", message: `${inTheClear} must be https, or passwords cross in the clear` },
    ]);
  }
};

const unusable = (details: ErrorDetail[]): CorralError =>
  new CorralError(
    "host_unfit",
    `The server cannot start with these settings.\n${details.map(({ field, message }) => `  ${field}: ${message}`).join("\n")}`,
    details,
  );
