import { useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { meQuery } from "../api/queries.ts";
import { useLogOut } from "../app/useLogOut.ts";
import { Button } from "../ui/Button.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { AuthenticatorApp } from "./AuthenticatorApp.tsx";
import { ChangePassword } from "./ChangePassword.tsx";
import { Keys } from "./Keys.tsx";
import { Passkeys } from "./Passkeys.tsx";
import { Sessions } from "./Sessions.tsx";
import { Tokens } from "./Tokens.tsx";

const AccountPage = () => {
  const { data } = useQuery(meQuery);
  const logOut = useLogOut();
  return (
    <Page title="Account" actions={<Button label="Log out" icon={LogOut} onClick={() => void logOut()} />}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Section title="Password" actions={<ChangePassword />}>
          <p className="text-muted">
            You are {data?.user.name}, with the role {data?.user.role}.
          </p>
        </Section>
        <Passkeys />
        <AuthenticatorApp />
        <Sessions />
        <Keys />
        <Tokens />
      </div>
    </Page>
  );
};

export default AccountPage;
