import { login } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { api } from "../api/client.ts";
import { meQuery } from "../api/queries.ts";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { FieldErrors, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { LoginCard } from "./LoginCard.tsx";

const route = getRouteApi("/login");
const initial = { name: "", password: "" };
const inputOf = ({ name, password }: typeof initial) => ({ name: name.trim().toLowerCase(), password });

const LoginPage = () => {
  const { to = "/" } = route.useSearch();
  const queries = useQueryClient();
  const router = useRouter();
  const form = useDraft({
    initial,
    schema: login,
    inputOf,
    onSubmit: async (draft) => {
      const me = await api.logIn({ body: inputOf(draft) });
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
        </FieldErrors>
        <Button label="Log in" type="submit" variant="primary" busy={form.busy} className="mt-1" />
      </form>
    </LoginCard>
  );
};

export default LoginPage;
