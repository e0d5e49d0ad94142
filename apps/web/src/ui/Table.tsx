import type { ComponentProps, ReactNode } from "react";

/*
 * Columns have fixed widths, so that nothing moves when data changes. A cell that does not fit is cut off with an
 * ellipsis and has its whole text as a title.
 */

export const Table = ({ label, children }: { label: string; children: ReactNode }) => (
  <table aria-label={label} className="w-full table-fixed border-separate border-spacing-0">
    {children}
  </table>
);

export const Th = ({ className = "", children, ...rest }: ComponentProps<"th">) => (
  <th
    scope="col"
    {...rest}
    className={`sticky top-0 z-10 h-8 truncate border-b border-line bg-canvas px-2 text-left text-small font-medium text-faint ${className}`}
  >
    {children}
  </th>
);

export const Td = ({ className = "", children, ...rest }: ComponentProps<"td">) => (
  <td {...rest} className={`h-(--row) truncate border-b border-line px-2 ${className}`}>
    {children}
  </td>
);

/** Keeps the place of rows that are on their way. */
export const SkeletonRows = ({ rows, columns }: { rows: number; columns: readonly string[] }) => (
  <>
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: these rows are all alike
      <tr key={row} aria-hidden>
        {columns.map((className, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns never change
          <Td key={column} className={className}>
            <div className="skeleton h-3" style={{ width: `${40 + ((row * 7 + column * 13) % 45)}%` }} />
          </Td>
        ))}
      </tr>
    ))}
  </>
);
