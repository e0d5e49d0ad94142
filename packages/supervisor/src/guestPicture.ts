import type { Picture } from "@corral/console";

/** What a guest's main console shows. Plain data. */
export interface GuestPicture extends Picture {
  readonly console: string;
}

/** Which picture somebody has. */
export type PictureMark = Pick<GuestPicture, "console" | "offset" | "cols" | "rows">;
