import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";

/** What is wrong with each field of the form around, by path such as `disks.0.source.image`. */
export const FieldErrors = createContext<Readonly<Record<string, string>>>({});

/** The error of a field, or of something inside it that has no field of its own. */
const useFieldError = (path: string, deep: boolean): string | undefined => {
  const errors = useContext(FieldErrors);
  const own = errors[path];
  if (own !== undefined || !deep) return own;
  return Object.entries(errors).find(([key]) => key.startsWith(`${path}.`))?.[1];
};

interface FieldProps {
  readonly path: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly className?: string | undefined;
  /** Errors of its parts (a word in a list) are shown here too. */
  readonly deep?: boolean | undefined;
}

interface Wiring {
  readonly id: string;
  readonly "aria-invalid": boolean | undefined;
  readonly "aria-describedby": string | undefined;
  readonly "data-field": string;
}

const Field = ({
  path,
  label,
  hint,
  className = "",
  deep = true,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) => {
  const id = useId();
  const error = useFieldError(path, deep);
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small font-medium text-muted">
        {label}
      </label>
      {children({
        id,
        "aria-invalid": error === undefined ? undefined : true,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "data-field": path,
      })}
      {note !== undefined && (
        <p id={`${id}-note`} className={`mt-1 text-small ${error === undefined ? "text-faint" : "text-wrong"}`}>
          {note}
        </p>
      )}
    </div>
  );
};

type Typed<T> = Omit<T, "onChange" | "value" | "className">;
interface Text {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export const TextField = ({
  path,
  label,
  hint,
  className,
  deep,
  onChange,
  mono = false,
  unit,
  ...input
}: FieldProps & Text & Typed<ComponentProps<"input">> & { mono?: boolean; unit?: string }) => (
  <Field {...{ path, label, hint, className, deep }}>
    {(wiring) => (
      <span className="relative block">
        <input
          autoComplete="off"
          spellCheck={false}
          {...input}
          {...wiring}
          onChange={(event) => onChange(event.target.value)}
          className={`control ${mono ? "font-mono text-small" : ""} ${unit === undefined ? "" : "pr-12"}`}
        />
        {unit !== undefined && (
          <span
            aria-hidden
            className="pointer-events-none absolute inset-y-0 right-3 grid place-items-center text-faint"
          >
            {unit}
          </span>
        )}
      </span>
    )}
  </Field>
);

export const TextAreaField = ({
  path,
  label,
  hint,
  className,
  onChange,
  mono = false,
  ...input
}: FieldProps & Text & Typed<ComponentProps<"textarea">> & { mono?: boolean }) => (
  <Field {...{ path, label, hint, className }}>
    {(wiring) => (
      <textarea
        spellCheck={false}
        {...input}
        {...wiring}
        onChange={(event) => onChange(event.target.value)}
        className={`control ${mono ? "font-mono text-small" : ""}`}
      />
    )}
  </Field>
);

export const SelectField = ({
  path,
  label,
  hint,
  className,
  onChange,
  children,
  ...select
}: FieldProps & Text & Typed<ComponentProps<"select">>) => (
  <Field {...{ path, label, hint, className }}>
    {(wiring) => (
      <select {...select} {...wiring} onChange={(event) => onChange(event.target.value)} className="control">
        {children}
      </select>
    )}
  </Field>
);

interface CheckFieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export const CheckField = ({ label, hint, checked, disabled = false, onChange }: CheckFieldProps) => {
  const id = useId();
  return (
    <div className="flex gap-2">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-[2.5px]"
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <p id={`${id}-note`} className="text-small text-faint">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
};
