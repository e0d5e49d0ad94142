import { CircleDot, Users } from "lucide-react";
import type { ReactNode } from "react";
import type { ConsoleStatus } from "./ConsoleStatus.ts";

/** What everybody at this console must know before a key is pressed: it is shared, or what is typed is kept. */
export const ConsoleNotices = ({ status }: { status: ConsoleStatus | undefined }) => {
  if (status === undefined || !(status.rules.shared || status.rules.recorded)) return null;
  const { rules, role, viewers, viewer } = status;
  const others = [
    ...new Set(viewers.filter(({ id, role: has }) => id !== viewer && has !== "spy").map(({ user }) => user)),
  ];
  return (
    <div role="status" className="flex shrink-0 flex-wrap text-small font-medium">
      {rules.shared && (
        <Bar icon={<Users aria-hidden size={14} />} look="bg-moving text-canvas">
          {role === "spy" ? "Shared console: " : "Shared console: you and "}
          {others.length === 0
            ? role === "spy"
              ? "nobody types now"
              : "whoever may write type together"
            : `${others.join(", ")} ${role === "spy" ? "type together" : "type together here"}`}
        </Bar>
      )}
      {rules.recorded && (
        <Bar icon={<CircleDot aria-hidden size={14} />} look="bg-danger text-on-danger">
          What is typed here is recorded, passwords too
        </Bar>
      )}
    </div>
  );
};

const Bar = ({ icon, look, children }: { icon: ReactNode; look: string; children: ReactNode }) => (
  <p className={`flex min-h-7 flex-1 basis-72 items-center gap-2 px-3 ${look}`}>
    {icon}
    <span className="min-w-0">{children}</span>
  </p>
);
