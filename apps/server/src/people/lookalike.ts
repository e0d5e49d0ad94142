import { impossible } from "@corral/contracts";

/** Names that Corral itself goes by where people are named. */
const KEPT: readonly string[] = ["admin-socket", "corral", "system"];

/** What is left of a name when characters that look alike are one: rn and m, vv and w, 1, i and l, 0 and o. */
const skeleton = (name: string): string =>
  name.replaceAll("rn", "m").replaceAll("vv", "w").replaceAll(/[1i]/g, "l").replaceAll("0", "o").replaceAll(/-+/g, "-");

/**
 * Refuses a name that people would take for another's: adrnin for admin, a1ice for alice. Names are plain ASCII already.
 * The very same name is left to the store, which refuses it with another reason. Throws `impossible`.
 */
export const refuseLookalike = (name: string, others: readonly { readonly name: string }[]): void => {
  if (KEPT.includes(name)) throw impossible("name", `${name} is what Corral itself goes by; choose another name`);
  const alike = others.find((other) => other.name !== name && skeleton(other.name) === skeleton(name));
  if (alike !== undefined) {
    throw impossible("name", `${name} looks like ${alike.name}, who has an account already; choose another name`);
  }
};
