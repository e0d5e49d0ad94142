import { beforeEach } from "vitest";

/** Tests of a file build on each other: after one has failed for good, the rest would only wait in vain. */
export const stepsOfOneStory = (): void => {
  let failed = false;
  beforeEach((step) => {
    // Its second try: the first is no reason to skip it.
    if ((step.task.result?.retryCount ?? 0) > 0) failed = false;
    if (failed) step.skip();
    step.onTestFailed(() => {
      failed = true;
    });
  });
};
