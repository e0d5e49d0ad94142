import { RefreshCw } from "lucide-react";
import { isLost } from "../api/ReconnectingSocket.ts";
import { useNow } from "../ui/Time.tsx";
import { useFeedConnection } from "./feed.tsx";

const Countdown = ({ until }: { until: number }) => <>{Math.max(0, Math.ceil((until - useNow()) / 1000))} s</>;

/** Whether what is shown is live. Its place and size never change. */
export const LiveIndicator = () => {
  const { connection, retryNow } = useFeedConnection();
  const lost = isLost(connection);
  const isSilent = connection.kind === "open" && connection.isDoubtful;
  const isLive = connection.kind === "open" && !isSilent;
  const words = lost ? "Reconnecting" : isSilent ? "No answer" : isLive ? "Live" : "Connecting";
  return (
    <button
      type="button"
      onClick={retryNow}
      title={
        lost || isSilent
          ? "The server does not answer; what is shown may be old. Press to try now."
          : "Changes show at once"
      }
      className={`flex h-8 w-full items-center gap-3 overflow-hidden whitespace-nowrap rounded-md px-2.5 text-small ${lost || isSilent ? "text-moving" : "text-faint"}`}
    >
      <span className="grid size-4 shrink-0 place-items-center">
        {lost ? (
          <RefreshCw aria-hidden size={14} />
        ) : (
          <span
            aria-hidden
            className={`size-2 rounded-full ${isLive ? "bg-on" : isSilent ? "border border-moving" : "border border-faint"}`}
          />
        )}
      </span>
      <span className="rail-label" role="status">
        {words}
      </span>
      {connection.kind === "waiting" && (
        <span className="rail-label">
          <Countdown until={connection.retryAt} />
        </span>
      )}
    </button>
  );
};
