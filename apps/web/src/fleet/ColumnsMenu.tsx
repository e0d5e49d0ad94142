import { Columns3 } from "lucide-react";
import { Button } from "../ui/Button.tsx";
import { Menu, MenuCheck, MenuNote } from "../ui/Menu.tsx";
import { chooseColumn } from "./chosenColumns.ts";
import { COLUMNS, type Column } from "./columns.tsx";

export const ColumnsMenu = ({ shown }: { shown: readonly Column[] }) => (
  <Menu trigger={<Button label="Choose columns" icon={Columns3} variant="ghost" small showLabel="never" />}>
    {COLUMNS.filter(({ usual }) => usual !== "always").map((column) => (
      <MenuCheck
        key={column.id}
        label={column.meaning ?? column.label}
        checked={shown.includes(column)}
        onChange={(wanted) => chooseColumn(column.id, wanted)}
      />
    ))}
    <MenuNote>A narrow window leaves some of them out.</MenuNote>
  </Menu>
);
