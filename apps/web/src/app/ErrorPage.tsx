import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { CircleAlert, Compass } from "lucide-react";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { useTitle } from "../ui/Page.tsx";
import { paths } from "./paths.ts";

export const ErrorPage = ({ error, reset }: ErrorComponentProps) => {
  useTitle("Something went wrong");
  const router = useRouter();
  const again = async () => {
    await router.invalidate();
    reset();
  };
  return (
    <main className="grid h-full place-items-center">
      <EmptyState
        icon={CircleAlert}
        title="This page could not be shown"
        actions={
          <>
            <Button label="Try again" variant="primary" onClick={again} />
            <Button label="Reload" onClick={() => window.location.reload()} />
          </>
        }
      >
        <p>{messageOf(error)}</p>
        <details className="mt-4 text-left text-small">
          <summary>What exactly</summary>
          <pre className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap rounded-md bg-sunken p-2 font-mono">
            {String(error)}
          </pre>
        </details>
      </EmptyState>
    </main>
  );
};

export const NotFoundPage = () => {
  useTitle("Not found");
  return (
    <main className="grid h-full place-items-center">
      <EmptyState
        icon={Compass}
        title="There is nothing at this address"
        actions={
          <Link {...paths.fleet()} className="underline underline-offset-2">
            Go to the fleet
          </Link>
        }
      >
        The link may be old, or the guest may have been renamed or deleted.
      </EmptyState>
    </main>
  );
};
