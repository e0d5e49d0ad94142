import { type AnswerOf, CorralError, type Endpoints, redeemLink } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { FirstAdminForm } from "./FirstAdminForm.tsx";
import { LoginCard } from "./LoginCard.tsx";
import { linkSecret } from "./linkSecret.ts";

const HINT = (
  <>
    A link works once and not for long. Run <code className="font-mono text-muted">corral admin-link</code> on the host
    for a new one.
  </>
);

const LinkPage = () => {
  const state = useQuery({
    queryKey: ["link"],
    queryFn: ({ signal }) => api.linkState({}, { signal }),
  });
  if (!redeemLink.shape.secret.safeParse(linkSecret).success) {
    return (
      <LoginCard title="This link is not whole" lead="Its secret, the part after the #, is missing." hint={HINT}>
        <Notice>
          Copy the whole line that the server printed. After a reload of this page the link must be opened again.
        </Notice>
      </LoginCard>
    );
  }
  if (state.isPending) {
    return (
      <LoginCard title="Log in">
        <div className="skeleton h-8" />
      </LoginCard>
    );
  }
  if (state.isError) {
    return (
      <LoginCard title="Log in">
        <Notice kind="error" action={<Button label="Try again" small onClick={() => state.refetch()} />}>
          {messageOf(state.error)}
        </Notice>
      </LoginCard>
    );
  }
  return <Redeem state={state.data} />;
};

const Redeem = ({ state }: { state: AnswerOf<Endpoints["linkState"]> }) => {
  const queries = useQueryClient();
  const router = useRouter();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const redeem = async (first?: { name: string; password: string }) => {
    const me = await api.redeemLink({ body: { secret: linkSecret, ...first } });
    queries.clear();
    queries.setQueryData(meQuery.queryKey, me);
    router.history.replace("/");
  };
  const logIn = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await redeem();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  if (!state.usable || (error instanceof CorralError && error.code === "link_used")) {
    return (
      <LoginCard title="This link does not work any more" lead="It was used, or it is too old." hint={HINT}>
        <Button label="Log in with a password" onClick={() => router.history.replace("/login")} />
      </LoginCard>
    );
  }
  if (state.firstAdmin) {
    return (
      <LoginCard title="Welcome. Who are you?" lead="You are the first here, so this makes you the admin." hint={HINT}>
        <FirstAdminForm onSubmit={redeem} />
      </LoginCard>
    );
  }
  return (
    <LoginCard title="Log in" lead="This link logs you in as an admin, once." hint={HINT}>
      {error !== undefined && (
        <div className="mb-3">
          <Notice kind="error">{messageOf(error)}</Notice>
        </div>
      )}
      <Button label="Log in" variant="primary" busy={busy} onClick={() => void logIn()} className="w-full" />
    </LoginCard>
  );
};

export default LinkPage;
