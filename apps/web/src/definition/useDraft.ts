import { CorralError, type EndpointSchema } from "@corral/contracts";
import { type FocusEvent, useMemo, useRef, useState } from "react";
import { fieldErrorsOf, messageOf } from "../api/errors.ts";
import { concerns, type FieldErrorMap, fieldErrors } from "./fieldErrors.ts";

export interface DraftForm<D> {
  readonly draft: D;
  readonly patch: (change: Partial<D>) => void;
  /** Takes over another draft, as if nothing had been typed. */
  readonly reset: (draft: D) => void;
  /** What to show now: fields that were left, or all after a try to submit. */
  readonly errors: FieldErrorMap;
  /** What is wrong with the whole, rather than with a field that is shown. */
  readonly failure: string | undefined;
  readonly busy: boolean;
  readonly submit: () => Promise<void>;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
  readonly form: React.RefObject<HTMLFormElement | null>;
}

interface DraftFormOptions<D> {
  readonly initial: D;
  readonly schema: EndpointSchema;
  readonly inputOf: (draft: D) => unknown;
  /** Called with a valid draft. What it rejects with is shown at the fields that it names. */
  readonly onSubmit: (draft: D) => Promise<void>;
  /** Called with the errors of a refused submit, so that fields which are folded away can be shown. */
  readonly onRefused?: (errors: FieldErrorMap) => void;
}

/** A form over a draft: judged by a schema of the contracts while it is typed, and by the server when it is sent. */
export const useDraft = <D extends object>(options: DraftFormOptions<D>): DraftForm<D> => {
  const { initial, schema, inputOf, onSubmit, onRefused } = options;
  const [draft, setDraft] = useState(initial);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<FieldErrorMap>({});
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const complaints = useMemo(() => fieldErrors(schema, inputOf(draft)), [schema, inputOf, draft]);
  const errors = useMemo(() => {
    const shown = Object.entries(complaints).filter(
      ([path]) => tried || [...left].some((field) => concerns(path, field)),
    );
    return { ...refused, ...Object.fromEntries(shown) };
  }, [complaints, refused, tried, left]);

  const focusFirstError = () =>
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());

  const submit = async () => {
    if (busy) return;
    setTried(true);
    setFailure(undefined);
    if (Object.keys(complaints).length > 0) {
      onRefused?.(complaints);
      focusFirstError();
      return;
    }
    setBusy(true);
    try {
      await onSubmit(draft);
    } catch (error) {
      const byField = fieldErrorsOf(error);
      setRefused(byField);
      if (Object.keys(byField).length > 0) onRefused?.(byField);
      // What others did is no mistake in a field: it is told as a whole too.
      const isMistake = error instanceof CorralError && error.code !== "changed_meanwhile";
      const told = isMistake && Object.keys(byField).length > 0;
      setFailure(told ? undefined : messageOf(error));
      focusFirstError();
    } finally {
      setBusy(false);
    }
  };

  return {
    draft,
    patch: (change) => {
      setDraft((before) => ({ ...before, ...change }));
      // What the server said was about what stood there.
      setRefused((before) =>
        Object.fromEntries(
          Object.entries(before).filter(([path]) => !Object.keys(change).some((field) => concerns(path, field))),
        ),
      );
    },
    reset: (next) => {
      setDraft(next);
      setLeft(new Set());
      setTried(false);
      setRefused({});
      setFailure(undefined);
    },
    errors,
    failure,
    busy,
    submit,
    onBlur: ({ target }) => {
      const { field } = target.dataset;
      if (field !== undefined) setLeft((before) => new Set([...before, field]));
    },
    form,
  };
};
