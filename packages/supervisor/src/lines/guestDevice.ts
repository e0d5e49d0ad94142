/** The guest's name for a console: con3 is its tty3, ssl3 its ttyS3. */
export const guestDevice = (name: string): string => name.replace("con", "tty").replace("ssl", "ttyS");
