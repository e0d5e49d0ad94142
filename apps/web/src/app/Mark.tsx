/** Corral's sign: a fence. */
export const Mark = ({ size = 20 }: { size?: number }) => (
  <svg
    aria-hidden
    viewBox="0 0 20 20"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    strokeWidth="1.7"
    strokeLinecap="round"
  >
    <path d="M5 3v14M10 3v14M15 3v14M2 7.5h16M2 12.5h16" />
  </svg>
);
