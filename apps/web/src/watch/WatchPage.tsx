import { watchSecret } from "@corral/contracts";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isCode, messageOf } from "../api/errors.ts";
import { watchedQuery } from "../api/queries.ts";
import { LoginCard } from "../login/LoginCard.tsx";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { WatchedConsole } from "./WatchedConsole.tsx";

/** One console, to be watched by whoever has the link: no login, and nothing else of Corral. */
const WatchPage = () => {
  const secret = useSecret();
  const whole = watchSecret.safeParse({ secret }).success;
  const watched = useQuery({ ...watchedQuery(secret), enabled: whole });
  if (!whole) {
    return (
      <LoginCard title="This link is not whole" lead="Its secret, the part after the #, is missing or cut.">
        <Notice>Copy the whole link as it was given to you.</Notice>
      </LoginCard>
    );
  }
  if (isCode(watched.error, "link_ended")) {
    return (
      <LoginCard title="This link does not work any more" lead="It has expired or was taken back.">
        <Notice>Whoever gave it to you can make a new one.</Notice>
      </LoginCard>
    );
  }
  if (watched.data === undefined) {
    return (
      <LoginCard title="Watch a console">
        {watched.isError ? (
          <Notice kind="error" action={<Button label="Try again" small onClick={() => watched.refetch()} />}>
            {messageOf(watched.error)}
          </Notice>
        ) : (
          <div className="skeleton h-8" />
        )}
      </LoginCard>
    );
  }
  return <WatchedConsole key={secret} secret={secret} watched={watched.data} />;
};

/**
 * It stays in the address, so that a reload and a bookmark work as long as the link does. Another link that is put into
 * the same tab is another console.
 */
const useSecret = (): string => {
  const [secret, setSecret] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const onChange = () => setSecret(window.location.hash.slice(1));
    window.addEventListener("hashchange", onChange);
    return () => window.removeEventListener("hashchange", onChange);
  }, []);
  return secret;
};

export default WatchPage;
