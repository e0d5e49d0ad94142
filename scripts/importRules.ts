/*
 * Who may import whom, as data. "packages" are workspaces of this repository; "libraries" is left out where any
 * dependency of the workspace's own package.json will do (knip checks that it is listed there).
 */

export interface ImportRule {
  readonly workspace: string;
  readonly packages: readonly string[];
  readonly libraries?: readonly string[];
  readonly reason: string;
}

export const importRules: readonly ImportRule[] = [
  {
    workspace: "packages/contracts",
    packages: [],
    libraries: ["zod"],
    reason: "Browser, server and command line all load it, so it is nothing but schemas.",
  },
  {
    workspace: "packages/uml",
    packages: [],
    reason: "It knows User Mode Linux and nothing of Corral, and could be published alone.",
  },
  {
    workspace: "packages/console",
    packages: [],
    reason: "It knows bytes and screens and nothing of Corral, and could be published alone.",
  },
  {
    workspace: "packages/store",
    packages: ["@corral/contracts"],
    reason: "It keeps entities; it never acts on a guest.",
  },
  {
    workspace: "packages/supervisor",
    packages: ["@corral/console", "@corral/uml", "@corral/contracts"],
    reason: "It runs guests and could run on another host, so it knows neither database nor HTTP.",
  },
  {
    workspace: "apps/server",
    packages: ["@corral/supervisor", "@corral/store", "@corral/contracts"],
    reason: "It joins the parts, and reaches consoles and UML only through the supervisor.",
  },
  {
    workspace: "apps/web",
    packages: ["@corral/contracts"],
    reason: "It runs in a browser and reaches everything over the API.",
  },
  {
    workspace: "apps/cli",
    packages: ["@corral/contracts"],
    reason: "It is a thin client: what it can do, the API can do.",
  },
];
