import type { ReactNode } from "react";
import { Mark } from "../app/Mark.tsx";
import { useTitle } from "../ui/Page.tsx";

interface LoginCardProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  readonly hint?: ReactNode;
}

export const LoginCard = ({ title, lead, children, hint }: LoginCardProps) => {
  useTitle(title);
  return (
    <main className="grid h-dvh place-items-center overflow-y-auto p-4">
      <div className="w-full max-w-85 pb-[8vh]">
        <div className="mb-8 flex items-center gap-2.5">
          <Mark size={24} />
          <span className="text-display font-semibold tracking-tight">Corral</span>
        </div>
        <h1 className="text-title font-semibold">{title}</h1>
        {lead !== undefined && <p className="mt-1 text-muted">{lead}</p>}
        <div className="mt-5">{children}</div>
        {hint !== undefined && <p className="mt-6 border-t border-line pt-4 text-small text-faint">{hint}</p>}
      </div>
    </main>
  );
};
