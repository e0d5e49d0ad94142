/**
 * A launch needs room for new COW files, records and the first log lines; with less, it would fail half way. What starts
 * guests and what foretells whether they start go by this one figure.
 */
export const START_FREE_MINIMUM_BYTES = 16 * 1024 * 1024;
