import { CorralError, type ErrorDetail } from "@corral/contracts";
import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";

/** More wrong fields than this help nobody, and a body of a million of them must not make a larger answer. */
const DETAILS_MAXIMUM = 50;

/** Validates with zod, and refuses with the name of each wrong field and what it may be. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    const details = result.error.issues.flatMap((issue) => detailsOf(issue, httpPart ?? "body"));
    const [first] = details;
    const message = first === undefined ? "The request is not valid." : `${first.field}: ${first.message}`;
    return { error: new CorralError("invalid_request", message, details.slice(0, DETAILS_MAXIMUM)) };
  };

const detailsOf = (issue: z.core.$ZodIssue, whole: string): ErrorDetail[] => {
  const field = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      field: (field === "" ? key : `${field}.${key}`).slice(0, 200),
      message: "is not a field that is known here",
    }));
  }
  return [{ field: field === "" ? whole : field.slice(0, 200), message: issue.message }];
};
