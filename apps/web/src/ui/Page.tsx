import { type ReactNode, useEffect } from "react";

/** Sets the window's title; the shell reads it aloud after navigation. */
export const useTitle = (title: string) => {
  useEffect(() => {
    document.title = `${title} · Corral`;
  }, [title]);
};

interface PageProps {
  readonly title: string;
  readonly count?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A header that stays, and content that scrolls under it. */
export const Page = ({ title, count, actions, children }: PageProps) => {
  useTitle(title);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="@container flex h-(--header) shrink-0 items-center gap-3 border-b border-line px-4 sm:px-5">
        <h1 className="text-title font-semibold">{title}</h1>
        <div className="min-w-0 flex-1 truncate text-faint">{count}</div>
        <div className="flex shrink-0 items-center gap-2">{actions}</div>
      </header>
      {children}
    </div>
  );
};

export const Section = ({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) => (
  <section className="border-b border-line px-4 py-5 last:border-0 sm:px-5">
    <div className="max-w-240">
      <div className="mb-3 flex min-h-(--control) items-center gap-3">
        <h2 className="flex-1 font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </div>
  </section>
);
