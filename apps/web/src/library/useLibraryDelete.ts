import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import type { Topic } from "../api/queries.ts";

/** Deletes an image, or forgets a kernel. What the server has against it is told as a toast. */
export const useLibraryDelete = (topic: Extract<Topic, "images" | "kernels">) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => (topic === "images" ? api.deleteImage : api.deleteKernel)({ params: { id } }),
    onError: toastError,
    onSettled: () => queries.invalidateQueries({ queryKey: [topic] }),
  });
};

/** Why it cannot go: by whom it is used. */
export const usedByWords = (usedBy: readonly string[]): string | undefined =>
  usedBy.length === 0 ? undefined : `It is used by ${usedBy.join(", ")}. Delete or change those guests first.`;
