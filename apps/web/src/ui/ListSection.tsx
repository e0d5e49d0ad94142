import type { ReactNode } from "react";
import { messageOf } from "../api/errors.ts";
import { Button, type ButtonProps } from "./Button.tsx";
import { Notice } from "./Notice.tsx";
import { Section } from "./Page.tsx";

interface ListSectionProps<T> {
  readonly title: string;
  readonly actions?: ReactNode;
  /** What the list is for. */
  readonly lead?: ReactNode;
  readonly query: { readonly data: readonly T[] | undefined; readonly error: unknown };
  /** What stands there when nothing else does. */
  readonly empty: ReactNode;
  /** What is in one row. */
  readonly row: (item: T) => ReactNode;
  /** Dialogs that the rows open. */
  readonly children?: ReactNode;
}

/** A section of a page that is a short list, and keeps its height while it is on its way. */
export const ListSection = <T extends { readonly id: string }>({
  title,
  actions,
  lead,
  query: { data, error },
  empty,
  row,
  children,
}: ListSectionProps<T>) => (
  <Section title={title} actions={actions}>
    {lead !== undefined && <div className="mb-3 text-muted">{lead}</div>}
    {data === undefined && error === null && <div className="skeleton h-(--row)" />}
    {error !== null && <Notice kind="error">{messageOf(error)}</Notice>}
    {data?.length === 0 && <p className="text-muted">{empty}</p>}
    {data !== undefined && data.length > 0 && (
      <ul className="rounded-md border border-line bg-surface">
        {data.map((item) => (
          <li
            key={item.id}
            className="flex min-h-(--row) items-center gap-4 border-b border-line pl-3 pr-1 last:border-0"
          >
            {row(item)}
          </li>
        ))}
      </ul>
    )}
    {children}
  </Section>
);

/** A button at the end of a row: its picture alone, since the row says the rest. */
export const RowButton = (props: Pick<ButtonProps, "label" | "icon" | "onClick">) => (
  <Button {...props} variant="ghost" small showLabel="never" />
);
