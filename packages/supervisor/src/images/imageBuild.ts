import type { Image } from "@corral/contracts";
import type { ImageFacts } from "./imageFile.ts";

/** What everything that makes an image is given. */
export interface ImageBuild {
  /** Where the finished image appears, complete or not at all. Nothing is there yet. */
  readonly file: string;
  /** A folder on the same file system; whatever is temporary lies in it, and is gone afterwards. */
  readonly workFolder: string;
  /** Ends the build: all its processes end, all its files go, and it rejects with the code "cancelled". */
  readonly signal: AbortSignal;
  /** What the tools say, as they say it. */
  readonly onOutput: (text: string) => void;
  /** How far it is, 0 to 1 (null: it cannot tell), and what it does now. */
  readonly onProgress: (fraction: number | null, step: string) => void;
}

export interface BuiltImage {
  readonly origin: Image["origin"];
  readonly login: Image["login"];
  readonly facts: ImageFacts;
}
