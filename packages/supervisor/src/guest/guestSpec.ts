import type { GuestDefinition } from "@corral/contracts";

/** A disk of a guest with every name resolved to a file of the host. */
export type DiskSpec = {
  readonly ubd: number;
  readonly flags: {
    readonly readOnly: boolean;
    readonly synchronous: boolean;
    readonly ignoreCow: boolean;
    readonly shared: boolean;
    readonly noDiscard: boolean;
  };
  readonly serial: string | null;
} & (
  | {
      readonly kind: "cow";
      /** The immutable image, and its size and modification time when it was registered. */
      readonly image: { readonly name: string; readonly path: string; readonly size: number; readonly mtimeS: number };
    }
  | { readonly kind: "empty"; readonly sizeBytes: number }
  | { readonly kind: "file"; readonly path: string }
);

/**
 * Everything the supervisor needs to launch a guest, as plain data: a definition whose kernel and images are resolved.
 * It is handed over anew whenever the definition changes, and used at the next launch.
 */
export interface GuestSpec {
  /** 16 letters and digits. */
  readonly id: string;
  readonly definition: GuestDefinition;
  readonly kernel: {
    readonly path: string;
    readonly version: string;
    readonly modules: string | null;
    /** It was built with a /dev/watchdog. */
    readonly watchdog: boolean;
  };
  readonly disks: readonly DiskSpec[];
}
