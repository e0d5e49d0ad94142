import { getRouteApi } from "@tanstack/react-router";
import PortalPage from "./PortalPage.tsx";

const route = getRouteApi("/shell/seen-by/$user");

/** What a user sees, for an admin. What is done here is done by the admin. */
const SeenByPage = () => <PortalPage seenBy={route.useParams().user} />;

export default SeenByPage;
