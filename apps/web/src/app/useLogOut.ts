import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { setLeaving } from "./loginGuard.ts";

export const useLogOut = (): (() => Promise<void>) => {
  const queries = useQueryClient();
  return async () => {
    setLeaving(true);
    try {
      await api.logOut({});
      queries.clear();
      // A full load: nothing that was on the page may stay in memory for the next person.
      window.location.assign("/login");
    } catch (error) {
      setLeaving(false);
      toastError(error);
    }
  };
};
