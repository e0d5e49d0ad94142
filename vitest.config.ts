import { defineConfig } from "vitest/config";

/*
 * Tests run against the sources, not the build ("source" in each package's exports). Files that boot guests run one
 * at a time: two cores boot a guest in two seconds, and eight in twenty.
 */
export default defineConfig({
  ssr: { resolve: { conditions: ["source"] } },
  resolve: { conditions: ["source"] },
  test: {
    include: ["{apps,packages}/*/src/**/*.test.ts", "{scripts,test}/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // One boot in a hundred dies through no fault of anybody's (docs/uml.md, "Odd boots"), and CI boots some two hundred.
    // The report marks what needed a second try; on a desk nothing gets one.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
