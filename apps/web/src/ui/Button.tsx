import type { LucideIcon } from "lucide-react";
import type { ComponentProps, MouseEvent } from "react";
import { toast } from "sonner";
import { Spinner } from "./Spinner.tsx";
import { Tooltip } from "./Tooltip.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";

export interface ButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly label: string;
  readonly variant?: Variant;
  readonly small?: boolean;
  readonly icon?: LucideIcon;
  /** `never`: the label is only spoken and shown as a tooltip; `wide`: it goes where there is no room. */
  readonly showLabel?: "always" | "wide" | "never";
  /** Why it may not be pressed now. It stays in its place and in the tab order, and says this. */
  readonly blocked?: string | undefined;
  readonly busy?: boolean;
  readonly hint?: string | undefined;
}

const look: Record<Variant, string> = {
  primary: "bg-inverse text-on-inverse hover:bg-inverse-hover",
  secondary: "border border-line-strong bg-surface text-ink hover:bg-hover active:bg-pressed",
  ghost: "text-muted hover:bg-hover hover:text-ink active:bg-pressed data-[state=open]:bg-pressed",
  danger: "bg-danger text-on-danger hover:bg-danger-hover",
};

const blockedLook: Record<Variant, string> = {
  primary: "bg-pressed text-faint",
  secondary: "border border-line bg-transparent text-faint/75",
  ghost: "text-faint/60",
  danger: "bg-pressed text-faint",
};

export const Button = ({
  label,
  variant = "secondary",
  small = false,
  icon: Icon,
  showLabel = "always",
  blocked,
  busy = false,
  hint,
  className = "",
  onClick,
  ...rest
}: ButtonProps) => {
  const off = blocked !== undefined || busy;
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (!off) return onClick?.(event);
    event.preventDefault();
    event.stopPropagation();
    // A finger cannot hover, so a press says the reason too.
    if (blocked !== undefined) toast.info(blocked, { id: blocked });
  };
  const size = small ? "h-[calc(var(--control)-4px)] text-small" : "h-(--control)";
  const width = showLabel === "never" ? (small ? "w-[calc(var(--control)-4px)]" : "w-(--control)") : "px-2.5";
  const button = (
    <button
      type="button"
      {...rest}
      onClick={press}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-label={rest["aria-label"] ?? (showLabel === "always" ? undefined : label)}
      className={`inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-(--quick) ${size} ${width} ${(blocked === undefined ? look : blockedLook)[variant]} ${className}`}
    >
      {busy ? <Spinner /> : Icon !== undefined && <Icon aria-hidden size={small ? 14 : 15} strokeWidth={1.9} />}
      {showLabel !== "never" && <span className={showLabel === "wide" ? "hidden @4xl:inline" : ""}>{label}</span>}
    </button>
  );
  const tip = blocked ?? hint ?? (showLabel === "always" ? undefined : label);
  return tip === undefined ? button : <Tooltip text={tip}>{button}</Tooltip>;
};
