import { Page } from "../ui/Page.tsx";
import { Groups } from "./Groups.tsx";
import { Invites } from "./Invites.tsx";
import { Templates } from "./Templates.tsx";
import { Users } from "./Users.tsx";

const PeoplePage = () => (
  <Page title="People">
    <div className="min-h-0 flex-1 overflow-y-auto">
      <Users />
      <Invites />
      <Groups />
      <Templates />
    </div>
  </Page>
);

export default PeoplePage;
