import type { LucideIcon } from "lucide-react";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** What stands where there is nothing else to show: why, and what to do next. */
export const EmptyState = ({
  icon: Icon,
  title,
  children,
  actions,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) => (
  <div className="mx-auto flex max-w-110 flex-col items-center px-6 py-16 text-center">
    <Icon aria-hidden size={28} strokeWidth={1.4} className="text-faint" />
    <h2 className="mt-4 text-title font-semibold">{title}</h2>
    {children !== undefined && <div className="mt-1.5 text-balance text-muted">{children}</div>}
    {actions !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
  </div>
);

const kinds = {
  info: { icon: Info, look: "text-muted" },
  warning: { icon: TriangleAlert, look: "text-moving" },
  error: { icon: CircleAlert, look: "text-wrong" },
} as const;

/** A few words inside a page or a form that must not be missed. */
export const Notice = ({
  kind = "info",
  title,
  children,
  action,
}: {
  kind?: keyof typeof kinds;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}) => {
  const { icon: Icon, look } = kinds[kind];
  return (
    <div
      role={kind === "error" ? "alert" : "status"}
      className="flex gap-2.5 rounded-md border border-line bg-sunken p-3"
    >
      <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${look}`} />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children !== undefined && <div className="text-muted wrap-anywhere">{children}</div>}
        {action !== undefined && <div className="mt-2">{action}</div>}
      </div>
    </div>
  );
};
