import { type Guest, type GuestAction, guestAction, guestCan, OPERATIONS } from "@corral/contracts";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { Keyboard, Pause, Play, Power, RotateCcw, RotateCw, StepForward, Trash2, Zap } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import { api } from "../api/client.ts";
import { ERROR_SHOWN_MS, messageOf, toastError } from "../api/errors.ts";
import { guestQuery, guestsQuery } from "../api/queries.ts";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { counted } from "../ui/quantities.ts";

/** What a button does to a guest. */
export type Operation = GuestAction | "delete";

/** In the order in which buttons stand, everywhere. */
export const BUTTONS: readonly Operation[] = [...guestAction.options, "delete"];

export const OPERATION_ICONS = {
  start: Play,
  shutdown: Power,
  restart: RotateCw,
  "ctrl-alt-del": Keyboard,
  pause: Pause,
  resume: StepForward,
  "force-off": Zap,
  "force-restart": RotateCcw,
  delete: Trash2,
} as const satisfies Record<Operation, unknown>;

const LOSES_DATA: ReadonlySet<Operation> = new Set<Operation>(["force-off", "force-restart"]);
/** All after which a guest does not go on as it was. Whoever chose one from a list is asked, with the guest's name. */
const STOPS: ReadonlySet<Operation> = new Set<Operation>([
  ...LOSES_DATA,
  "shutdown",
  "restart",
  "ctrl-alt-del",
  "pause",
  "delete",
]);

/** Why `operation` may not be pressed, for a button to say. */
export const blockedBy = (operation: Operation, guest: Pick<Guest, "state" | "debugger">): string | undefined => {
  const verdict = guestCan(operation, guest);
  return verdict.allowed ? undefined : verdict.reason;
};

/** Requests of one bulk action under way at a time: two cores start no more at once anyway. */
const BULK_AT_ONCE = 4;

interface Operations {
  /**
   * Asks first where data may be lost; `fromList`: wherever a guest is stopped or deleted, since the line above or below may
   * have been meant. Resolves with whether it was done to all of them.
   */
  readonly operate: (operation: Operation, guests: readonly Guest[], fromList?: boolean) => Promise<boolean>;
  /** `id:operation` of each request under way. */
  readonly busy: ReadonlySet<string>;
}

const Context = createContext<Operations>({ operate: async () => false, busy: new Set() });

export const useOperations = (): Operations => useContext(Context);

interface Question {
  readonly operation: Operation;
  readonly guests: readonly Guest[];
  readonly answer: (yes: boolean) => void;
}

export const OperationsProvider = ({ children }: { children: ReactNode }) => {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [question, setQuestion] = useState<Question>();
  const answered = useRef(false);

  const operate = useCallback(
    async (operation: Operation, guests: readonly Guest[], fromList = false) => {
      if ((fromList ? STOPS : LOSES_DATA).has(operation)) {
        answered.current = false;
        const sure = await new Promise<boolean>((answer) => setQuestion({ operation, guests, answer }));
        if (!sure) return false;
      }
      const keys = guests.map(({ id }) => `${id}:${operation}`);
      setBusy((before) => new Set([...before, ...keys]));
      const failures = await runAll(queries, operation, guests);
      setBusy((before) => new Set([...before].filter((key) => !keys.includes(key))));
      report(operation, guests.length, failures);
      if (operation === "delete") offerUndo(queries, done(guests, failures));
      return failures.length === 0;
    },
    [queries],
  );

  const close = (yes: boolean) => {
    if (!answered.current) question?.answer(yes);
    answered.current = true;
    setQuestion(undefined);
  };

  const value = useMemo(() => ({ operate, busy }), [operate, busy]);
  return (
    <Context value={value}>
      {children}
      {question !== undefined && (
        <ConfirmDialog
          title={`${OPERATIONS[question.operation].label} ${nameAll(question.guests)}?`}
          confirm={OPERATIONS[question.operation].label}
          dangerous
          onConfirm={() => close(true)}
          onClose={() => close(false)}
        >
          <p>{OPERATIONS[question.operation].meaning}</p>
          {LOSES_DATA.has(question.operation) &&
            guestCan("shutdown", question.guests[0] ?? { state: "stopped" }).allowed && (
              <p className="mt-2">
                To keep everything, use {question.operation === "force-off" ? "Shut down" : "Restart"} instead.
              </p>
            )}
          {question.guests.length > 1 && (
            <p className="mt-2 text-ink">{question.guests.map(({ definition }) => definition.name).join(", ")}</p>
          )}
        </ConfirmDialog>
      )}
    </Context>
  );
};

const nameAll = (guests: readonly Guest[]): string =>
  guests.length === 1 ? (guests[0]?.definition.name ?? "") : counted(guests.length, "guest");

interface Failure {
  readonly guest: Guest;
  readonly error: unknown;
}

const runAll = async (queries: QueryClient, operation: Operation, guests: readonly Guest[]): Promise<Failure[]> => {
  const failures: Failure[] = [];
  const waiting = [...guests];
  const work = async () => {
    for (let guest = waiting.shift(); guest !== undefined; guest = waiting.shift()) {
      try {
        await run(queries, operation, guest);
      } catch (error) {
        failures.push({ guest, error });
      }
    }
  };
  await Promise.all(Array.from({ length: BULK_AT_ONCE }, work));
  return failures;
};

const run = async (queries: QueryClient, operation: Operation, guest: Guest): Promise<void> => {
  const { id } = guest;
  if (operation === "delete") {
    await api.deleteGuest({ params: { id } });
    queries.setQueryData(guestsQuery.queryKey, (all) => all?.filter((each) => each.id !== id));
    return;
  }
  showAtOnce(queries, await api.guestAction({ params: { id, action: operation } }));
};

/** Puts what the server just answered where it is shown, without waiting for the feed. */
export const showAtOnce = (queries: QueryClient, guest: Guest): void => {
  queries.setQueryData(guestsQuery.queryKey, (all) => all?.map((each) => (each.id === guest.id ? guest : each)));
  for (const key of [guest.id, guest.definition.name]) {
    const { queryKey } = guestQuery(key);
    if (queries.getQueryData(queryKey) !== undefined) queries.setQueryData(queryKey, guest);
  }
};

const done = (guests: readonly Guest[], failures: readonly Failure[]): Guest[] =>
  guests.filter((guest) => !failures.some((failure) => failure.guest === guest));

/** Long enough to read what was deleted, be startled, and find the button by keyboard. */
const UNDO_SHOWN_MS = 12_000;

/** What was deleted comes back with one press; for a day also from the list of deleted guests. */
const offerUndo = (queries: QueryClient, deleted: readonly Guest[]): void => {
  if (deleted.length === 0) return;
  const undo = async () => {
    for (const { id } of deleted) await api.restoreGuest({ params: { id } }).catch(toastError);
    await queries.invalidateQueries();
  };
  toast.success(`Deleted ${nameAll(deleted)}. For a day, this can be undone.`, {
    action: { label: "Undo", onClick: () => void undo() },
    duration: UNDO_SHOWN_MS,
  });
};

const report = (operation: Operation, asked: number, failures: readonly Failure[]): void => {
  const { label } = OPERATIONS[operation];
  const [first] = failures;
  if (first === undefined) {
    if (asked > 1 && operation !== "delete") toast.success(`${label}: ${counted(asked, "guest")}`);
    return;
  }
  if (asked === 1) {
    toastError(first.error);
    return;
  }
  toast.error(`${label} failed for ${failures.length} of ${counted(asked, "guest")}`, {
    description: failures.map(({ guest, error }) => `${guest.definition.name}: ${messageOf(error)}`).join("\n"),
    duration: ERROR_SHOWN_MS,
  });
};
