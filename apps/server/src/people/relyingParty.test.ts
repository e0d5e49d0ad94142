import { expect, test } from "vitest";
import { relyingPartyOf } from "./relyingParty.ts";

test("passkeys are made for the first name that is configured, with the addresses it has, and for no bare address", () => {
  const here = ["http://127.0.0.1:7070", "http://localhost:7070", "http://[::1]:7070"];
  expect(relyingPartyOf(here)).toEqual({ id: "localhost", origins: ["http://localhost:7070"] });
  const several = ["https://10.0.0.5", "https://corral.example", "https://corral.lan", "https://corral.example:8443"];
  expect(relyingPartyOf(several)).toEqual({
    id: "corral.example",
    origins: ["https://corral.example", "https://corral.example:8443"],
  });
  expect(relyingPartyOf(["https://10.0.0.5", "https://[fd00::1]:7070"])).toBeNull();
});
