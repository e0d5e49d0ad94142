import { customType } from "drizzle-orm/sqlite-core";
import type { z } from "zod";

/** A column of JSON that is checked on the way in and on the way out, so that no older shape gets past it unseen. */
export const jsonText = <T extends z.ZodType>(schema: T) =>
  customType<{ data: z.output<T>; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => JSON.stringify(schema.parse(value)),
    fromDriver: (text) => schema.parse(JSON.parse(text)),
  });
