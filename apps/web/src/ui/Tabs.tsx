import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useEffect, useRef } from "react";

export interface TabItem {
  readonly value: string;
  readonly label: ReactNode;
}

interface TabsProps {
  readonly label: string;
  readonly items: readonly TabItem[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Stands at the end of the row of tabs. */
  readonly end?: ReactNode;
  /** The content of the chosen tab. */
  readonly children: ReactNode;
  readonly className?: string;
}

export const Tabs = ({ label, items, value, onChange, end, children, className = "" }: TabsProps) => {
  const list = useRef<HTMLDivElement>(null);
  // Where there is no room for all of them, the chosen one is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the choice that moves the row
  useEffect(() => {
    list.current?.querySelector("[data-state=active]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [value]);
  return (
    <Radix.Root
      value={value}
      onValueChange={onChange}
      activationMode="manual"
      className={`flex min-h-0 min-w-0 flex-col ${className}`}
    >
      <div className="flex h-9 shrink-0 items-stretch border-b border-line bg-surface">
        <Radix.List ref={list} aria-label={label} className="flex min-w-0 flex-1 items-stretch overflow-x-auto px-2">
          {items.map((item) => (
            <Radix.Trigger
              key={item.value}
              value={item.value}
              className="relative shrink-0 whitespace-nowrap rounded-sm px-2.5 text-muted outline-offset-[-3px] hover:text-ink data-[state=active]:text-ink data-[state=active]:after:absolute data-[state=active]:after:inset-x-2 data-[state=active]:after:-bottom-px data-[state=active]:after:h-[2px] data-[state=active]:after:bg-ink"
            >
              {item.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end}
      </div>
      <Radix.Content value={value} tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
};
