import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { meQuery } from "../api/queries.ts";

const FleetPage = lazy(() => import("../fleet/FleetPage.tsx"));
const PortalPage = lazy(() => import("./PortalPage.tsx"));

/** Who has a few guests of their own sees these, everybody else the fleet. */
const HomePage = () => {
  const role = useQuery(meQuery).data?.user.role;
  return <Suspense>{role === "user" ? <PortalPage /> : <FleetPage />}</Suspense>;
};

export default HomePage;
