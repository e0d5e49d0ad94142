import { TextField } from "../ui/Field.tsx";

interface CurrentPasswordFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The password of whoever is logged in, asked for again. */
export const CurrentPasswordField = ({ value, onChange }: CurrentPasswordFieldProps) => (
  <TextField
    path="current"
    label="Your password"
    type="password"
    autoComplete="current-password"
    value={value}
    onChange={onChange}
  />
);
