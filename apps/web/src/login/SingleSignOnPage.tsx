import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";
import { LoginCard } from "./LoginCard.tsx";
import { singleSignOnAnswer } from "./singleSignOnAnswer.ts";

/** Where the provider of single sign-on sends people back to. */
const SingleSignOnPage = () => {
  const router = useRouter();
  const answer = useQuery({
    queryKey: ["single-sign-on"],
    queryFn: () => api.finishSingleSignOn({ body: { query: singleSignOnAnswer } }),
    enabled: singleSignOnAnswer !== "",
    // An answer is good once.
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    // Loaded anew, so that nothing is left of whoever was logged in before.
    if (answer.data !== undefined) window.location.replace(answer.data.to);
  }, [answer.data]);

  if (answer.isError || singleSignOnAnswer === "") {
    return (
      <LoginCard title="Not logged in">
        <div className="flex flex-col gap-3">
          <Notice kind="error">
            {answer.isError
              ? messageOf(answer.error)
              : "An answer of single sign-on works once, and this page has none any more."}
          </Notice>
          <Button label="Back to the login" onClick={() => router.history.replace("/login")} />
        </div>
      </LoginCard>
    );
  }
  return (
    <LoginCard title="Logging in">
      <div className="skeleton h-8" role="status" aria-label="Logging in" />
    </LoginCard>
  );
};

export default SingleSignOnPage;
