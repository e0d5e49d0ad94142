import { login } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client.ts";
import { isCode } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { FieldErrors, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { LoginCard } from "./LoginCard.tsx";
import { SingleSignOnButton } from "./SingleSignOnButton.tsx";

const route = getRouteApi("/login");
const initial = { name: "", password: "", code: "" };
const inputOf = ({ name, password, code }: typeof initial) => ({
  name: name.trim().toLowerCase(),
  password,
  ...(code === "" ? {} : { code }),
});

const LoginPage = () => {
  const { to = "/" } = route.useSearch();
  const { singleSignOn } = route.useLoaderData();
  const queries = useQueryClient();
  const router = useRouter();
  const [asksCode, setAsksCode] = useState(false);
  const form = useDraft({
    initial,
    schema: login,
    inputOf,
    onSubmit: async (draft) => {
      const me = await api.logIn({ body: inputOf(draft) }).catch((error: unknown) => {
        if (isCode(error, "second_factor_needed")) setAsksCode(true);
        throw error;
      });
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
      router.history.replace(to);
    },
  });
  const { draft, patch } = form;
  return (
    <LoginCard
      title="Log in"
      hint={
        <>
          No password, or forgotten? Run <code className="font-mono text-muted">corral admin-link</code> on the host for
          a link that works once.
        </>
      }
    >
      <form
        ref={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
        className="flex flex-col gap-3"
      >
        {form.failure !== undefined && <Notice kind="error">{form.failure}</Notice>}
        <FieldErrors value={form.errors}>
          <TextField
            path="name"
            label="Name"
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            value={draft.name}
            onChange={(name) => patch({ name })}
          />
          <TextField
            path="password"
            label="Password"
            type="password"
            autoComplete="current-password"
            value={draft.password}
            onChange={(password) => patch({ password })}
          />
          {asksCode && (
            <TextField
              path="code"
              label="Code of your authenticator"
              hint="Six digits, or one of your recovery codes"
              autoFocus
              autoComplete="one-time-code"
              value={draft.code}
              onChange={(code) => patch({ code })}
            />
          )}
        </FieldErrors>
        <Button label="Log in" type="submit" variant="primary" busy={form.busy} className="mt-1" />
      </form>
      {singleSignOn && <SingleSignOnButton />}
    </LoginCard>
  );
};

export default LoginPage;
