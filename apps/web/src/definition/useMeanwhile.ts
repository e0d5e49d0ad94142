import type { Guest } from "@corral/contracts";
import { useEffect, useState } from "react";
import { changesBetween, type Draft, definitionOf, draftOf } from "./draft.ts";
import type { DraftForm } from "./useDraft.ts";

export interface Meanwhile {
  /** The guest as the draft began from it, or has followed it since. */
  readonly base: Guest;
  /** Fields that were changed here and, since, by somebody else. */
  readonly both: readonly (keyof Draft)[];
  readonly takeTheirs: () => void;
  /** Begins from this guest, as if nothing had been typed. */
  readonly begin: (guest: Guest) => void;
}

/**
 * Keeps the draft of a definition up with what others change meanwhile: fields that were not touched here follow, and
 * what was typed is never taken away.
 */
export const useMeanwhile = (guest: Guest, form: DraftForm<Draft>): Meanwhile => {
  const [base, setBase] = useState(guest);
  const [both, setBoth] = useState<readonly (keyof Draft)[]>([]);

  const begin = (from: Guest): void => {
    setBase(from);
    setBoth([]);
    form.reset(draftOf(from.definition));
  };

  useEffect(() => {
    if (guest.revision <= base.revision) return;
    const mine = fields(changesBetween(base.definition, definitionOf(form.draft)));
    if (mine.length === 0) {
      begin(guest);
      return;
    }
    const theirs = fields(changesBetween(base.definition, guest.definition));
    const now = draftOf(guest.definition);
    form.patch(
      only(
        now,
        theirs.filter((field) => !mine.includes(field)),
      ),
    );
    const draft = definitionOf(form.draft);
    const differ = fields(changesBetween(guest.definition, draft));
    setBoth([...new Set([...both, ...theirs])].filter((field) => mine.includes(field) && differ.includes(field)));
    setBase(guest);
  });

  const takeTheirs = (): void => {
    form.patch(only(draftOf(base.definition), both));
    setBoth([]);
  };

  return { base, both, takeTheirs, begin };
};

const fields = (changes: object): (keyof Draft)[] => Object.keys(changes) as (keyof Draft)[];

const only = (draft: Draft, wanted: readonly (keyof Draft)[]): Partial<Draft> =>
  Object.fromEntries(wanted.map((field) => [field, draft[field]]));
