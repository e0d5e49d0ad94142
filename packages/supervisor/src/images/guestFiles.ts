import { fileURLToPath } from "node:url";

/** The package's folder of files that go into images. The same from src/ and from dist/. */
export const GUEST_FILES = fileURLToPath(new URL("../../guest", import.meta.url));

/** What the build compiles for guests: the guest link. Laid out as in an image. */
export const GUEST_PROGRAMS = fileURLToPath(new URL("../../dist/guest", import.meta.url));
