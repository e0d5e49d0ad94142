import { NEW_TERMINAL as ofConsoles } from "@corral/console";
import { NEW_TERMINAL as ofPeople } from "@corral/contracts";
import { expect, test } from "vitest";

test("the screens in the server and the terminals of people begin anew by the same sequence", () => {
  expect(ofConsoles).toBe(ofPeople);
});
