import { CLOSE, type Guest } from "@corral/contracts";
import { CircleAlert, MonitorOff, Unplug } from "lucide-react";
import { type ReactNode, useLayoutEffect, useRef } from "react";
import { isLost } from "../api/ReconnectingSocket.ts";
import { OPERATION_ICONS, type Operation, useOperations } from "../guest/operations.tsx";
import { Button } from "../ui/Button.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { useNow } from "../ui/Time.tsx";
import type { ConsoleStatus } from "./ConsoleStatus.ts";
import { lastLine } from "./plainText.ts";
import { useLogTail } from "./useLogTail.ts";

interface ConsoleOverlayProps {
  readonly guest: Guest;
  /** The console's name. */
  readonly name: string;
  readonly status: ConsoleStatus;
  readonly onRetry: () => void;
  /** The words went away, and the button that had the focus with them. */
  readonly onFocusLost: () => void;
}

/** Why nothing moves on the screen, and the button that helps. What was printed stays readable below. */
export const ConsoleOverlay = ({ guest, name, status, onRetry, onFocusLost }: ConsoleOverlayProps) => {
  const { connection, filled } = status;
  const place = { filled, onFocusLost };
  const note = guest.consoles.find((each) => each.name === name)?.note ?? null;

  if (connection.kind === "closed") {
    return (
      <Card {...place} icon={<MonitorOff aria-hidden size={16} />} title="This console is closed">
        {closed[connection.code] ?? connection.reason}
      </Card>
    );
  }
  if (isLost(connection)) {
    return (
      <Card
        late
        {...place}
        icon={<Unplug aria-hidden size={16} className="text-moving" />}
        title="The connection is lost"
        action={<Button label="Now" small busy={connection.kind === "connecting"} onClick={onRetry} />}
      >
        The guest goes on; nothing it prints is lost.{" "}
        {connection.kind === "waiting" ? <Countdown until={connection.retryAt} /> : "Trying now."}
      </Card>
    );
  }
  switch (guest.state) {
    case "stopped":
      return (
        <Card
          {...place}
          icon={<StateIcon state="stopped" />}
          title={`${guest.definition.name} is off`}
          action={<Do guest={guest} operation="start" label="Start" />}
        >
          {guest.ending === null ? "It was never started." : <EndingWords guest={guest} />}
        </Card>
      );
    case "crashed":
      return (
        <Card
          {...place}
          icon={<CircleAlert aria-hidden size={16} className="text-wrong" />}
          title={`${guest.definition.name} crashed`}
          action={<Do guest={guest} operation="start" label="Start again" />}
        >
          {guest.ending === null ? "Its last words are in the kernel log." : <EndingWords guest={guest} />}
        </Card>
      );
    case "paused":
      return (
        <Card
          {...place}
          icon={<StateIcon state="paused" />}
          title="Paused"
          action={<Do guest={guest} operation="resume" label="Resume" />}
        >
          Its clock stands still. What you type waits until it goes on.
        </Card>
      );
    case "starting":
      return filled === 0 ? (
        <Card late {...place} icon={<Spinner size={16} />} title="Starting">
          {guest.progress ?? "Its kernel is being launched."}
        </Card>
      ) : null;
    case "booting":
      return filled === 0 ? (
        <Card late {...place} icon={<Spinner size={16} />} title="Booting">
          <BootProgress guest={guest} />
          {note !== null && <p className="mt-1">{note}</p>}
        </Card>
      ) : null;
    default:
      return note === null ? null : (
        <Card late {...place} icon={<Unplug aria-hidden size={16} />} title={`${name} is not connected`}>
          {note}
        </Card>
      );
  }
};

const closed: Record<number, string> = {
  [CLOSE.notLoggedIn]: "Your login has ended. Log in again.",
  [CLOSE.notAllowed]: "You may not watch this guest. Its owner can share it with you.",
  [CLOSE.notFound]: "The guest has no such console now. It comes with the next start if the definition has it.",
  [CLOSE.guestDeleted]: "The guest was deleted.",
};

const EndingWords = ({ guest: { ending } }: { guest: Guest }) => (
  <>
    <p>{ending?.message}</p>
    {ending?.remedy !== null && <p className="mt-1">{ending?.remedy}</p>}
  </>
);

const Do = ({ guest, operation, label }: { guest: Guest; operation: Operation; label: string }) => {
  const { operate, busy } = useOperations();
  return (
    <Button
      label={label}
      icon={OPERATION_ICONS[operation]}
      variant="primary"
      small
      busy={busy.has(`${guest.id}:${operation}`)}
      onClick={() => void operate(operation, [guest])}
    />
  );
};

const Countdown = ({ until }: { until: number }) => {
  const seconds = Math.max(0, Math.ceil((until - useNow()) / 1000));
  return <>Trying again in {seconds} s.</>;
};

/** The newest word of the guest's kernel, while its console is still empty. */
const BootProgress = ({ guest }: { guest: Guest }) => {
  const { text } = useLogTail(guest.id, "kernel");
  return (
    <>
      <span>{guest.progress ?? "The kernel is on its way."}</span>
      <span className="mt-1 block h-4 truncate font-mono text-small text-faint">{lastLine(text)}</span>
    </>
  );
};

/** Where it hides least: the empty part of the screen, or the ends of the oldest lines of a full one. */
const placeFor = (filled: number): string =>
  filled === 0 ? "top-[30%] mx-auto" : filled < 0.6 ? "bottom-[12%] mx-auto" : "top-4 ml-auto mr-2";

const Card = ({
  filled,
  late = false,
  icon,
  title,
  action,
  onFocusLost,
  children,
}: {
  filled: number;
  /** It may be over before anyone could read it. */
  late?: boolean;
  icon: ReactNode;
  title: string;
  action?: ReactNode;
  onFocusLost: () => void;
  children: ReactNode;
}) => {
  const card = useRef<HTMLDivElement>(null);
  const lost = useRef(onFocusLost);
  lost.current = onFocusLost;
  useLayoutEffect(() => {
    const element = card.current;
    return () => {
      if (element?.contains(document.activeElement)) lost.current();
    };
  }, []);
  return (
    <div
      ref={card}
      role="status"
      className={`${late ? "late" : "entering"} absolute inset-x-4 z-10 flex max-w-120 items-center gap-3 rounded-lg border border-line bg-raised p-3 pl-4 shadow-raised ${placeFor(filled)}`}
    >
      <span className="shrink-0 self-start pt-0.5">{icon}</span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <div className="text-muted">{children}</div>
      </div>
      {action}
    </div>
  );
};
