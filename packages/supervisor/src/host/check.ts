import type { HostCheck } from "@corral/contracts";

/** What one look at the host found, without the name of what was looked at. */
export type Finding = Pick<HostCheck, "status" | "found" | "meaning" | "remedy">;

export const good = (found: string): Finding => ({ status: "ok", found, meaning: null, remedy: null });

export const warning = (found: string, meaning: string, remedy: string | null = null): Finding => ({
  status: "warning",
  found,
  meaning,
  remedy,
});

export const failure = (found: string, meaning: string, remedy: string | null = null): Finding => ({
  status: "failure",
  found,
  meaning,
  remedy,
});

/** One thing to look at. It may take its time; who calls bounds it. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly look: () => Finding | Promise<Finding>;
}
