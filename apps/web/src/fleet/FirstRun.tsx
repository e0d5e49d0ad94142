import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, CircleDashed, Plus, Server } from "lucide-react";
import type { ReactNode } from "react";
import { imagesQuery, kernelsQuery } from "../api/queries.ts";
import { paths } from "../app/paths.ts";
import { useOpenDialog } from "../app/shellDialogs.ts";
import { versionBeside } from "../library/kernelVersion.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/Notice.tsx";

/** What a guest needs, and whether it is there: the page's first words to a new user. */
export const FirstRun = () => {
  const openDialog = useOpenDialog();
  const kernels = useQuery(kernelsQuery);
  const images = useQuery(imagesQuery);
  const kernel = kernels.data?.find(({ available }) => available);
  const image = images.data?.find(({ available }) => available);
  if (kernels.isPending || images.isPending) return null;
  const ready = kernel !== undefined && image !== undefined;
  return (
    <EmptyState
      icon={Server}
      title="No guests yet"
      actions={
        ready && <Button label="New guest" icon={Plus} variant="primary" onClick={() => openDialog("new-guest")} />
      }
    >
      <p>A guest is a Linux of its own: a kernel that runs as a process, and disks made from an image.</p>
      <ul className="mx-auto mt-4 inline-flex flex-col gap-2 text-left">
        <Need met={kernel !== undefined}>
          {kernel === undefined ? (
            <>
              A kernel:{" "}
              <Link {...paths.kernels()} className="text-ink underline underline-offset-2">
                register one that the host has
              </Link>
            </>
          ) : (
            `Kernel ${kernel.name} ${versionBeside(kernel)}`
          )}
        </Need>
        <Need met={image !== undefined}>
          {image === undefined ? (
            <>
              An image:{" "}
              <Link {...paths.images()} className="text-ink underline underline-offset-2">
                build the demo image
              </Link>
              , which takes seconds
            </>
          ) : (
            `Image ${image.name}`
          )}
        </Need>
      </ul>
    </EmptyState>
  );
};

const Need = ({ met, children }: { met: boolean; children: ReactNode }) => (
  <li className="flex items-center gap-2">
    {met ? (
      <Check aria-label="There is" size={15} className="shrink-0 text-on" />
    ) : (
      <CircleDashed aria-label="Missing" size={15} className="shrink-0 text-moving" />
    )}
    <span>{children}</span>
  </li>
);
