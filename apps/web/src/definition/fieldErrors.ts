import type { EndpointSchema } from "@corral/contracts";

export type FieldErrorMap = Readonly<Record<string, string>>;
type Issue = NonNullable<ReturnType<EndpointSchema["safeParse"]>["error"]>["issues"][number];

/** What is wrong with each field, by path such as `disks.0.source.image`; the first complaint of each counts. */
export const fieldErrors = (schema: EndpointSchema, input: unknown): FieldErrorMap => {
  const result = schema.safeParse(input);
  if (result.success) return {};
  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) {
    const path = issue.path.join(".");
    errors[path] ??= valueAt(input, issue.path) === "" ? "is needed" : inWords(issue);
  }
  return errors;
};

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);

/** The contracts' own messages are written for people; zod's are not. */
const inWords = (issue: Issue): string => {
  if (issue.code === "invalid_type")
    return issue.expected === "number" || issue.expected === "int" ? "must be a whole number" : "is needed";
  const number = "origin" in issue && (issue.origin === "number" || issue.origin === "int");
  if (issue.code === "too_small" && number && issue.message.startsWith("Too"))
    return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big" && number && issue.message.startsWith("Too")) return `must be at most ${issue.maximum}`;
  if (issue.code === "too_big" && issue.message.startsWith("Too")) return `must be at most ${issue.maximum}`;
  return issue.message;
};

/** Whether a complaint is about `field` or something inside it. */
export const concerns = (path: string, field: string): boolean => path === field || path.startsWith(`${field}.`);
