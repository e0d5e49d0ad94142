import { CorralError } from "@corral/contracts";
import type { Store, StoreFailure } from "@corral/store";

/** What somebody is told whose call the database did not take. */
export const storeFailureInWords = (failure: StoreFailure, store: Pick<Store, "lockHolders">): CorralError => {
  switch (failure) {
    case "locked": {
      const holders = store.lockHolders().join(", ");
      return new CorralError(
        "database_locked",
        `Corral's database is held by ${holders === "" ? "another program" : holders}, so that nothing can be written to it. ` +
          "Guests, their consoles and their power buttons work meanwhile. Let that program finish, or end it, then try again.",
      );
    }
    case "full":
      return new CorralError(
        "disk_full",
        "The disk that holds Corral's data is full, so nothing was changed. Free some space, then try again.",
      );
    case "unwritable":
      return new CorralError(
        "disk_failed",
        "The disk that holds Corral's data is read-only or failing, so that nothing can be written to it. Guests can be forced " +
          "off all the same. Look at the host's kernel log (dmesg), mend or replace the disk, then start Corral again.",
      );
    case "damaged":
      return new CorralError(
        "disk_failed",
        "Corral's database is damaged. Stop the server and start it again: it says then what to do.",
      );
  }
};
