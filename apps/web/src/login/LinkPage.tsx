import { type AnswerOf, type Endpoints, lookAtLink } from "@corral/contracts";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client.ts";
import { isCode, messageOf } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { AccountForm } from "./AccountForm.tsx";
import { LoginCard } from "./LoginCard.tsx";
import { linkSecret } from "./linkSecret.ts";

const HINT = (
  <>
    A link works once and not for long. Run <code className="font-mono text-muted">corral admin-link</code> on the host
    for a new one.
  </>
);

const LinkPage = () => {
  const whole = lookAtLink.shape.secret.safeParse(linkSecret).success;
  const link = useQuery({
    queryKey: ["link"],
    queryFn: ({ signal }) => api.lookAtLink({ body: { secret: linkSecret } }, { signal }),
    enabled: whole,
    retry: false,
  });
  if (!whole) {
    return (
      <LoginCard title="This link is not whole" lead="Its secret, the part after the #, is missing." hint={HINT}>
        <Notice>Copy the whole line. After a reload of this page the link must be opened again.</Notice>
      </LoginCard>
    );
  }
  if (link.isPending) {
    return (
      <LoginCard title="Log in">
        <div className="skeleton h-8" />
      </LoginCard>
    );
  }
  if (isCode(link.error, "link_used")) return <UsedLink />;
  if (link.isError) {
    return (
      <LoginCard title="Log in">
        <Notice kind="error" action={<Button label="Try again" small onClick={() => link.refetch()} />}>
          {messageOf(link.error)}
        </Notice>
      </LoginCard>
    );
  }
  return <Redeem link={link.data} />;
};

const UsedLink = () => {
  const router = useRouter();
  return (
    <LoginCard title="This link does not work any more" lead="It was used, or it is too old." hint={HINT}>
      <Button label="Log in with a password" onClick={() => router.history.replace("/login")} />
    </LoginCard>
  );
};

const Redeem = ({ link }: { link: AnswerOf<Endpoints["lookAtLink"]> }) => {
  const queries = useQueryClient();
  const router = useRouter();
  const [used, setUsed] = useState(false);

  const redeem = async (choice: { name?: string; password?: string }) => {
    try {
      const me = await api.redeemLink({ body: { secret: linkSecret, ...choice } });
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      router.history.replace("/");
    } catch (error) {
      if (isCode(error, "link_used")) setUsed(true);
      throw error;
    }
  };

  if (used) return <UsedLink />;
  switch (link.kind) {
    case "first-admin":
      return (
        <LoginCard
          title="Welcome. Who are you?"
          lead="You are the first here, so this makes you the admin."
          hint={HINT}
        >
          <AccountForm name="admin" submit="Create the admin and log in" onSubmit={redeem} />
        </LoginCard>
      );
    case "invite":
      return (
        <LoginCard title="Welcome. Who are you?" lead={`You are invited as ${link.role}. This makes your account.`}>
          <AccountForm name="" submit="Create the account and log in" onSubmit={redeem} />
        </LoginCard>
      );
    case "password":
      return (
        <LoginCard title={`Welcome, ${link.user}`} lead="Choose the password that you log in with from now on.">
          <AccountForm name={null} submit="Set the password and log in" onSubmit={redeem} />
        </LoginCard>
      );
    case "login":
      return <PlainLogin onLogIn={() => redeem({})} />;
  }
};

const PlainLogin = ({ onLogIn }: { onLogIn: () => Promise<void> }) => {
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const logIn = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onLogIn();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
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
