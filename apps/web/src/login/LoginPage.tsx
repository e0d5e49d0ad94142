import { CorralError, login, type Me } from "@corral/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { meQuery } from "../api/queries.ts";
import { useDraft } from "../definition/useDraft.ts";
import { Button } from "../ui/Button.tsx";
import { FieldErrors, TextField } from "../ui/Field.tsx";
import { Notice } from "../ui/Notice.tsx";
import { LoginCard } from "./LoginCard.tsx";
import { passkeyObstacle, signWithPasskey } from "./passkeys.ts";
import { SingleSignOnButton } from "./SingleSignOnButton.tsx";

const route = getRouteApi("/login");
const initial = { name: "", password: "", code: "" };
type Draft = typeof initial;
const accountOf = ({ name, password }: Draft) => ({ name: name.trim().toLowerCase(), password });
const inputOf = (draft: Draft) => ({ ...accountOf(draft), ...(draft.code === "" ? {} : { code: draft.code }) });

/** Which second factors would do, once the password was right. */
interface Asked {
  readonly code: boolean;
  readonly passkey: boolean;
}
const NOTHING: Asked = { code: false, passkey: false };

const LoginPage = () => {
  const { to = "/" } = route.useSearch();
  const { singleSignOn, passkeys } = route.useLoaderData();
  const queries = useQueryClient();
  const router = useRouter();
  const [asked, setAsked] = useState(NOTHING);
  const enter = (me: Me) => {
    queries.clear();
    queries.setQueryData(meQuery.queryKey, me);
    router.history.replace(to);
  };
  const form = useDraft({
    initial,
    schema: login,
    inputOf,
    onSubmit: async (draft) => {
      const me = await api.logIn({ body: inputOf(draft) }).catch((error: unknown) => {
        setAsked(askedBy(error) ?? asked);
        throw error;
      });
      enter(me);
    },
  });
  const { draft } = form;
  const patch = (change: Partial<Draft>) => {
    form.patch(change);
    // Somebody else's factors, or nobody's.
    if (change.code === undefined) setAsked(NOTHING);
  };
  const passkey = useMutation({
    mutationFn: async () => {
      const body = asked.passkey ? { account: accountOf(draft) } : {};
      const response = await signWithPasskey(await api.beginPasskeyLogin({ body }));
      return api.logInWithPasskey({ body: { response } });
    },
    onSuccess: enter,
  });
  const obstacle = passkeyObstacle(passkeys);
  const passkeyOnly = asked.passkey && !asked.code;
  return (
    <LoginCard
      title="Log in"
      lead={
        asked.passkey ? `Your password is right. ${passkeyOnly ? "Now" : "Now a code, or"} your passkey.` : undefined
      }
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
          {asked.code && (
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
        {asked.passkey && obstacle !== undefined && <Notice>{obstacle}</Notice>}
        {!passkeyOnly && <Button label="Log in" type="submit" variant="primary" busy={form.busy} className="mt-1" />}
      </form>
      {obstacle === undefined && (
        <div className="mt-3 flex flex-col gap-3">
          {passkey.isError && <Notice kind="error">{messageOf(passkey.error)}</Notice>}
          <Button
            // Anew, so that it has the focus when it is what is asked for.
            key={String(passkeyOnly)}
            autoFocus={passkeyOnly}
            label={asked.passkey ? "Go on with your passkey" : "Log in with a passkey"}
            icon={KeyRound}
            variant={passkeyOnly ? "primary" : "secondary"}
            busy={passkey.isPending}
            onClick={() => passkey.mutate()}
          />
        </div>
      )}
      {singleSignOn && <SingleSignOnButton to={to} />}
    </LoginCard>
  );
};

/** What the server asks for; null: it was something else that went wrong. */
const askedBy = (error: unknown): Asked | null => {
  if (!(error instanceof CorralError) || error.code !== "second_factor_needed") return null;
  const has = (field: string) => error.details?.some((detail) => detail.field === field) ?? false;
  return { code: has("code"), passkey: has("passkey") };
};

export default LoginPage;
