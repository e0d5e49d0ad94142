import { defineEndpoints } from "../endpoint.ts";
import { health } from "../host.ts";

export const hostEndpoints = defineEndpoints({
  health: {
    method: "GET",
    path: "/health",
    summary: "Whether Corral works; with a login also its version and what it found on the host",
    tag: "host",
    access: { public: true },
    status: 200,
    response: health,
  },
});
