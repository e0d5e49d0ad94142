import { type NewGuestInput, newGuest } from "@corral/contracts";

/**
 * The `corral` command that does the same as the form. What differs from the defaults has an option each; what has no
 * option (several disks, shares, notes) goes in as JSON.
 */
export const createCommand = (guest: NewGuestInput): string => {
  const { name, start, disks, kernel, owner } = guest;
  const usual = newGuest.parse({ name: "x" });
  const image = onlyImage(disks);
  const differs = (field: keyof typeof usual & keyof NewGuestInput): boolean =>
    JSON.stringify(guest[field] ?? null) !== JSON.stringify(usual[field] ?? null);

  const withoutOption = {
    ...(image === undefined && { disks }),
    ...(differs("interfaces") && { interfaces: guest.interfaces }),
    ...(differs("guestLink") && { guestLink: guest.guestLink }),
    ...(differs("shares") && { shares: guest.shares }),
    ...(differs("notes") && { notes: guest.notes }),
    ...(differs("umid") && { umid: guest.umid }),
  };
  const json = Object.keys(withoutOption).length === 0 ? undefined : JSON.stringify(withoutOption);
  const each = (option: string, values: readonly (string | number)[] | null | undefined) =>
    (values ?? []).flatMap((value) => [option, String(value)]);

  const words = [
    "corral",
    "create",
    name === "" ? "NAME" : name,
    ...(image === undefined || image === "" ? [] : ["--image", image]),
    ...(Number.isNaN(guest.memoryMiB) ? [] : ["--memory", String(guest.memoryMiB ?? usual.memoryMiB)]),
    ...(kernel === undefined ? [] : ["--kernel", kernel]),
    ...(owner === undefined ? [] : ["--owner", owner]),
    ...(differs("description") ? ["--description", guest.description ?? ""] : []),
    ...each("--tag", guest.tags),
    ...(differs("consoles")
      ? each(
          "--console",
          guest.consoles?.map(
            (each) => `${each.name}=${each.channel}${each.output === undefined ? "" : `,${each.output}`}`,
          ),
        )
      : []),
    ...(differs("init") ? ["--init", guest.init ?? ""] : []),
    ...(differs("rootDevice") ? ["--root", guest.rootDevice ?? ""] : []),
    ...each("--argument", guest.kernelArguments),
    ...each("--cpu", guest.cpus),
    ...(differs("niceness") ? ["--nice", String(guest.niceness)] : []),
    ...(differs("restartPolicy") ? ["--restart", guest.restartPolicy ?? ""] : []),
    ...(guest.autostart === true ? ["--autostart"] : []),
    ...(json === undefined ? [] : ["--from", "-"]),
    ...(start === true ? ["--start"] : []),
  ];
  const command = words.map(quoted).join(" ");
  return json === undefined ? command : `echo ${quoted(json)} | ${command}`;
};

/** The image of a guest with one disk as `--image` makes it. */
const onlyImage = (disks: NewGuestInput["disks"]): string | undefined => {
  const [disk] = disks ?? [];
  if (disk === undefined || disks?.length !== 1 || disk.source.kind !== "image" || disk.ubd !== 0) return undefined;
  const flags = [disk.readOnly, disk.synchronous, disk.ignoreCow, disk.shared, disk.noDiscard, disk.serial];
  return flags.some(Boolean) ? undefined : disk.source.image;
};

/** For a shell: in single quotes, unless it is plain. */
export const quoted = (word: string): string =>
  /^[A-Za-z0-9_./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
