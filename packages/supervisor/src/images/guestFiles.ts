import { fileURLToPath } from "node:url";

/** The package's folder of files that go into images. The same from src/ and from dist/. */
export const GUEST_FILES = fileURLToPath(new URL("../../guest", import.meta.url));
