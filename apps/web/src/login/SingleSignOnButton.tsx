import { useMutation } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { Button } from "../ui/Button.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Leads to the provider of single sign-on, and from there to the page `to`. */
export const SingleSignOnButton = ({ to }: { to: string }) => {
  const begin = useMutation({
    mutationFn: () => api.beginSingleSignOn({ body: { to } }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="mt-3 flex flex-col gap-3 border-t border-line pt-3">
      {begin.isError && <Notice kind="error">{messageOf(begin.error)}</Notice>}
      <Button label="Log in with single sign-on" busy={begin.isPending} onClick={() => begin.mutate()} />
    </div>
  );
};
