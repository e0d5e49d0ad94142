import { type Guest, guestState } from "@corral/contracts";

/*
 * The filter's language: words, all of which must match. `field:value` looks in one field, `field:a,b` takes either,
 * a leading - turns a word round, and a word without a field is looked for in name, description and tags.
 */

const FIELDS = {
  state: (guest: Guest) => [guest.state],
  name: (guest: Guest) => [guest.definition.name],
  tag: (guest: Guest) => guest.definition.tags,
  owner: (guest: Guest) => [guest.definition.owner],
  kernel: (guest: Guest) => [guest.definition.kernel],
  image: (guest: Guest) =>
    guest.definition.disks.flatMap(({ source }) => (source.kind === "image" ? [source.image] : [])),
} as const satisfies Record<string, (guest: Guest) => readonly string[]>;

type Field = keyof typeof FIELDS;
const isField = (word: string): word is Field => Object.hasOwn(FIELDS, word);

/** Fields of which only the whole value counts: `tag:web` is not `tag:webmail`. */
const WHOLE: ReadonlySet<Field> = new Set<Field>(["state", "tag", "owner"]);

export interface Filter {
  readonly matches: (guest: Guest) => boolean;
  /** A word that cannot match anything, said so that it can be mended. */
  readonly problem: string | undefined;
}

export const parseFilter = (text: string): Filter => {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "-");
  const terms = words.map(parseTerm);
  return {
    matches: (guest) => terms.every((term) => term.matches(guest)),
    problem: terms.find((term) => term.problem !== undefined)?.problem,
  };
};

const parseTerm = (word: string): Filter => {
  if (word.startsWith("-")) {
    const { matches, problem } = parseTerm(word.slice(1));
    return { matches: (guest) => !matches(guest), problem };
  }
  const colon = word.indexOf(":");
  if (colon < 1)
    return { matches: (guest) => freeTextOf(guest).some((text) => text.includes(word)), problem: undefined };

  const field = word.slice(0, colon);
  if (!isField(field)) {
    return {
      matches: () => false,
      problem: `There is no field “${field}”. There are ${Object.keys(FIELDS).join(", ")}.`,
    };
  }
  const values = word
    .slice(colon + 1)
    .split(",")
    .filter(Boolean);
  const valueMatches = (value: string) =>
    values.some((wanted) => (WHOLE.has(field) ? value === wanted : value.includes(wanted)));
  const unknown = field === "state" ? values.find((value) => !guestState.safeParse(value).success) : undefined;
  return {
    // Half typed (`state:`) filters nothing away yet.
    matches: (guest) => values.length === 0 || FIELDS[field](guest).some((value) => valueMatches(value.toLowerCase())),
    problem:
      unknown === undefined ? undefined : `There is no state “${unknown}”. There are ${guestState.options.join(", ")}.`,
  };
};

const freeTextOf = ({ definition }: Guest): string[] =>
  [definition.name, definition.description, ...definition.tags].map((text) => text.toLowerCase());

/** The filter with `word` put in, or taken out where it was; other words of the same field go. */
export const toggleWord = (text: string, word: string): string => {
  const words = text.split(/\s+/).filter(Boolean);
  const field = word.slice(0, word.indexOf(":") + 1);
  const others = words.filter((each) => !each.startsWith(field));
  return (words.includes(word) ? others : [word, ...others]).join(" ");
};
