/* Of the drawing; it is scaled to the size that its place gives it. */
const WIDTH = 100;
const HEIGHT = 20;

interface SparklineProps {
  /** Oldest first; null: not known then, which leaves a gap. */
  readonly values: readonly (number | null)[];
  /** Values that the line is as wide as: a short past stands at the right. */
  readonly length: number;
  /** The top is at least so high: a line that hardly moves is not blown up. */
  readonly top: number;
}

/** How a number went lately, for the eye only: the number itself stands beside it. */
export const Sparkline = ({ values, length, top }: SparklineProps) => {
  const highest = Math.max(top, ...values.map((value) => value ?? 0));
  const from = length - values.length;
  let pen = "M";
  const path = values
    .map((value, index) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${((from + index) / (length - 1)) * WIDTH} ${HEIGHT - (value / highest) * HEIGHT}`;
      pen = "L";
      return point;
    })
    .join("");
  return (
    <svg
      aria-hidden
      viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
      preserveAspectRatio="none"
      className="h-4 max-w-30 min-w-0 flex-1 border-b border-line align-middle text-muted"
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1} vectorEffect="non-scaling-stroke" />
    </svg>
  );
};
