import { COUNTED_NAMES, type Counted, type Quota } from "@corral/contracts";

const LISTS = ["images", "kernels", "networks", "templates"] as const;

/** A quota as it is typed: empty text is no limit. */
export type QuotaDraft = Readonly<Record<Counted | (typeof LISTS)[number], string>>;

export const quotaDraftOf = (quota: Quota | null): QuotaDraft => ({
  guests: textOf(quota?.guests),
  runningGuests: textOf(quota?.runningGuests),
  memoryMiB: textOf(quota?.memoryMiB),
  diskMiB: textOf(quota?.diskMiB),
  cpus: textOf(quota?.cpus),
  images: quota?.images?.join(" ") ?? "",
  kernels: quota?.kernels?.join(" ") ?? "",
  networks: quota?.networks?.join(" ") ?? "",
  templates: quota?.templates?.join(" ") ?? "",
});

/** Null when nothing is limited. */
export const quotaOf = (draft: QuotaDraft): Record<string, unknown> | null => {
  const given = [
    ...COUNTED_NAMES.map((name) => [name, draft[name].trim() === "" ? null : Number(draft[name])] as const),
    ...LISTS.map((name) => [name, wordsOf(draft[name])] as const),
  ];
  return given.every(([, value]) => value === null) ? null : Object.fromEntries(given);
};

const textOf = (value: number | null | undefined): string => (value == null ? "" : String(value));

const wordsOf = (text: string): string[] | null => {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  return words.length === 0 ? null : words;
};
