import type { Image, ImageOrigin } from "@corral/contracts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, FileInput, HardDrive, Package, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client.ts";
import { toastError } from "../api/errors.ts";
import { imagesQuery, meQuery, tasksQuery } from "../api/queries.ts";
import { Button } from "../ui/Button.tsx";
import { ConfirmDialog } from "../ui/ConfirmDialog.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { EmptyState } from "../ui/Notice.tsx";
import { NotRead } from "../ui/NotRead.tsx";
import { Page } from "../ui/Page.tsx";
import { counted, formatBytes } from "../ui/quantities.ts";
import { SkeletonRows, Table, Td, Th } from "../ui/Table.tsx";
import { DebianImageDialog } from "./DebianImageDialog.tsx";
import { FileImageDialog } from "./FileImageDialog.tsx";
import { TaskRow } from "./TaskRow.tsx";
import { UsedBy } from "./UsedBy.tsx";
import { usedByWords, useLibraryDelete } from "./useLibraryDelete.ts";

/** How long a finished build stays on this page; after that it is in Activity. */
const FINISHED_SHOWN_MS = 15 * 60_000;

const COLUMNS = [
  "md:w-60",
  "hidden md:table-cell",
  "w-26 text-right",
  "w-26 text-right hidden lg:table-cell",
  "w-42 hidden xl:table-cell pl-5",
  "w-44 hidden lg:table-cell",
  "hidden sm:table-cell",
  "w-16",
];

const ImagesPage = () => {
  const images = useQuery(imagesQuery);
  const queries = useQueryClient();
  const admin = useQuery(meQuery).data?.user.role === "admin";
  const [dialog, setDialog] = useState<"debian" | "file">();
  const [doomed, setDoomed] = useState<Image>();
  const remove = useLibraryDelete("images");
  const buildDemo = useMutation({
    mutationFn: () => api.buildDemoImage({}),
    onError: toastError,
    onSettled: () => queries.invalidateQueries({ queryKey: tasksQuery.queryKey }),
  });
  const adminOnly = admin ? undefined : "Only an admin may make images.";
  const close = () => setDialog(undefined);

  const actions = (
    <>
      <Button
        label="Demo image"
        hint="Build the built-in busybox image; takes seconds"
        icon={Zap}
        showLabel="wide"
        blocked={adminOnly}
        busy={buildDemo.isPending}
        onClick={() => buildDemo.mutate()}
      />
      <Button
        label="Debian image"
        hint="Build Debian from the host's mirror"
        icon={Package}
        showLabel="wide"
        blocked={adminOnly}
        onClick={() => setDialog("debian")}
      />
      <Button
        label="Register a file"
        hint="Copy a raw disk image in"
        icon={FileInput}
        showLabel="wide"
        blocked={adminOnly}
        onClick={() => setDialog("file")}
      />
    </>
  );

  return (
    <Page title="Images" count={images.data && counted(images.data.length, "image")} actions={actions}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Builds />
        {images.isError && images.data === undefined ? (
          <NotRead what="The images" error={images.error} onAgain={() => void images.refetch()} />
        ) : images.data?.length === 0 ? (
          <EmptyState
            icon={HardDrive}
            title="No images yet"
            actions={
              <>
                <Button
                  label="Build the demo image"
                  icon={Zap}
                  variant="primary"
                  blocked={adminOnly}
                  busy={buildDemo.isPending}
                  onClick={() => buildDemo.mutate()}
                />
                <Button label="Build Debian" icon={Package} blocked={adminOnly} onClick={() => setDialog("debian")} />
              </>
            }
          >
            A guest's disk is a thin layer over an image, so any number of guests share one. The demo image is busybox
            and takes seconds; Debian takes about a minute.
          </EmptyState>
        ) : (
          <Table label="Images">
            <thead>
              <tr>
                <Th className={`${COLUMNS[0]} pl-4! sm:pl-5!`}>Name</Th>
                <Th className={COLUMNS[1]}>Origin</Th>
                <Th className={COLUMNS[2]}>On disk</Th>
                <Th className={COLUMNS[3]}>Size</Th>
                <Th className={COLUMNS[4]}>SHA-256</Th>
                <Th className={COLUMNS[5]}>Login</Th>
                <Th className={COLUMNS[6]}>Used by</Th>
                <Th className={COLUMNS[7]}>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {images.data?.map((image) => (
                <ImageRow key={image.id} image={image} blocked={adminOnly} onDelete={() => setDoomed(image)} />
              ))}
              {images.isPending && <SkeletonRows rows={3} columns={COLUMNS} />}
            </tbody>
          </Table>
        )}
      </div>
      {dialog === "debian" && <DebianImageDialog taken={images.data?.map(({ name }) => name) ?? []} onClose={close} />}
      {dialog === "file" && <FileImageDialog onClose={close} />}
      {doomed !== undefined && (
        <ConfirmDialog
          title={`Delete image ${doomed.name}?`}
          confirm="Delete"
          dangerous
          onConfirm={() => remove.mutate(doomed.id)}
          onClose={() => setDoomed(undefined)}
        >
          Gives back {formatBytes(doomed.diskBytes)} of disk. No guest uses it.
        </ConfirmDialog>
      )}
    </Page>
  );
};

const Builds = () => {
  const tasks = useQuery(tasksQuery).data ?? [];
  const since = Date.now() - FINISHED_SHOWN_MS;
  const shown = tasks.filter(
    ({ state, endedAt }) => state === "running" || (endedAt !== null && Date.parse(endedAt) > since),
  );
  if (shown.length === 0) return null;
  return (
    <section aria-label="Builds">
      <ul>
        {shown.map((task) => (
          <TaskRow key={task.id} task={task} unfolded={task.state === "running"} />
        ))}
      </ul>
    </section>
  );
};

const originInWords = (origin: ImageOrigin): string => {
  switch (origin.kind) {
    case "demo":
      return "Built in, busybox";
    case "debian":
      return `Debian ${origin.suite}${origin.packages.length === 0 ? "" : `, with ${origin.packages.join(", ")}`}`;
    case "file":
      return origin.path;
  }
};

interface ImageRowProps {
  readonly image: Image;
  readonly blocked: string | undefined;
  readonly onDelete: () => void;
}

const ImageRow = ({ image, blocked, onDelete }: ImageRowProps) => {
  const origin = originInWords(image.origin);
  const { user, password, note } = image.login;
  const login = user === null ? note : password === null ? user : `${user} / ${password}`;
  return (
    <tr className="hover:bg-hover">
      <Td className={`${COLUMNS[0]} pl-4! font-medium sm:pl-5!`} title={image.problem ?? image.name}>
        {image.name}
        {!image.available && (
          <span className="ml-2 text-small font-normal text-wrong">
            <CircleAlert aria-hidden size={13} className="mr-1 inline" />
            {image.problem ?? "not available"}
          </span>
        )}
        <p className="truncate text-small font-normal text-faint md:hidden">
          {origin} · {login}
        </p>
      </Td>
      <Td className={`${COLUMNS[1]} text-muted`} title={origin}>
        {origin}
      </Td>
      <Td className={COLUMNS[2]}>{formatBytes(image.diskBytes)}</Td>
      <Td className={`${COLUMNS[3]} text-muted`}>{formatBytes(image.sizeBytes)}</Td>
      <Td className={COLUMNS[4]} title={image.sha256}>
        <span className="flex items-center gap-1">
          <code className="font-mono text-small text-muted">{image.sha256.slice(0, 12)}</code>
          <CopyButton text={image.sha256} label="Copy the checksum" />
        </span>
      </Td>
      <Td className={`${COLUMNS[5]} text-muted`} title={note}>
        {user === null ? note : <code className="font-mono text-small">{login}</code>}
      </Td>
      <Td className={COLUMNS[6]}>
        <UsedBy guests={image.usedBy} />
      </Td>
      <Td className={`${COLUMNS[7]} pr-4!`}>
        <Button
          label={`Delete ${image.name}`}
          icon={Trash2}
          variant="ghost"
          small
          showLabel="never"
          blocked={blocked ?? usedByWords(image.usedBy)}
          onClick={onDelete}
        />
      </Td>
    </tr>
  );
};

export default ImagesPage;
