/** `Ctrl+K` or `g f`: each key in a box of its own. */
export const Kbd = ({ keys }: { keys: string }) => (
  <span className="inline-flex shrink-0 items-center gap-0.5">
    {keys.split(/[ +]/).map((key, index) => (
      <kbd
        // biome-ignore lint/suspicious/noArrayIndexKey: the same key may stand twice and the list never changes
        key={index}
        className="min-w-[18px] rounded-sm border border-line bg-sunken px-1 text-center font-sans text-tiny text-muted"
      >
        {key}
      </kbd>
    ))}
  </span>
);
