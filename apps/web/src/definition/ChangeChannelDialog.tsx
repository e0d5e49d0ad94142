import { type Channel, type ConsoleDefinition, consoleChange, type Guest } from "@corral/contracts";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client.ts";
import { showAtOnce } from "../guest/operations.tsx";
import { CheckField } from "../ui/Field.tsx";
import { ChannelField } from "./ChannelField.tsx";
import { FormDialog } from "./FormDialog.tsx";
import { OutputField } from "./OutputField.tsx";
import { useDraft } from "./useDraft.ts";

interface ChangeDraft {
  readonly channel: Channel;
  readonly output: Channel | undefined;
  readonly keep: boolean;
}

interface ChangeChannelDialogProps {
  readonly guest: Guest;
  readonly console: ConsoleDefinition;
  readonly admin: boolean;
  readonly onClose: () => void;
}

const changeOf = ({ channel, output, keep }: ChangeDraft) => ({
  channel,
  keep,
  ...(output !== undefined && { output }),
});

/** Connects a console of a guest that is on to another channel. */
export const ChangeChannelDialog = ({ guest, console, admin, onClose }: ChangeChannelDialogProps) => {
  const queries = useQueryClient();
  const form = useDraft<ChangeDraft>({
    initial: { channel: console.channel, output: console.output, keep: false },
    schema: consoleChange,
    inputOf: changeOf,
    onSubmit: async (draft) => {
      const params = { id: guest.id, name: console.name };
      showAtOnce(queries, await api.changeConsole({ params, body: changeOf(draft) }));
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Change ${console.name} of ${guest.definition.name} now`}
      description="Its kernel refuses that while a program of the guest, such as a login prompt, has the console open."
      submit="Change now"
      form={form}
      onClose={onClose}
    >
      <ChannelField
        path="channel"
        label="Channel"
        value={form.draft.channel}
        admin={admin}
        onChange={(channel) => form.patch({ channel })}
      />
      <OutputField
        path="output"
        channel={form.draft.channel}
        value={form.draft.output}
        admin={admin}
        onChange={(output) => form.patch({ output })}
      />
      <CheckField
        label="Keep it in the definition"
        hint="Otherwise the next start brings back what is defined"
        checked={form.draft.keep}
        onChange={(keep) => form.patch({ keep })}
      />
    </FormDialog>
  );
};
